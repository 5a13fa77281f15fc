# Errors that a person can act on: what passes is tried again for ever with growing pauses, anything else a few times;
# follow_status and the log say what was being applied, once an error and not once a try.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) =
  pgf_pair(config => "pg_follower.max_retries = 2\npg_follower.max_restart_interval = 4s\n");

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

# How often the downstream's log has a line like this one.
sub logged
{
	my ($pattern) = @_;
	my $count = () = slurp_file($downstream->logfile) =~ /$pattern/g;
	return $count;
}

start_follow($downstream, $upstream);
up('CREATE TABLE t (id int PRIMARY KEY, note text)');
wait_for_follow($downstream);

# -------------------------------------------------------------------------------- an error that does not pass by itself
down("INSERT INTO t VALUES (3, 'local')");
up("BEGIN; INSERT INTO t SELECT g, 'it''s ' || g FROM generate_series(1, 5) AS g; COMMIT");
my $committed = up('SELECT pg_current_wal_lsn()');
wait_until($downstream, "SELECT state = 'retrying' AND next_try_at > last_error_at FROM follow_status");
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
is(down('SELECT last_error, last_error_sqlstate, last_error_count, next_try_at IS NULL FROM follow_status'),
	'duplicate key value violates unique constraint "t_pkey"|23505|3|t', 'the error was tried again twice');
is(down('SELECT last_error_command, last_error_object, last_error_statement FROM follow_status'),
	"INSERT|table public.t|id = '3', note = 'it''s 3'", 'the row that failed is known, out of many');
is(down("SELECT last_error_xid IS NOT NULL, last_error_lsn < '$committed', last_error_committed_at <= last_error_at
		FROM follow_status"), 't|t|t', 'and its transaction');
is(down(q{SELECT replace(last_error_hint, last_error_lsn::text, '...') FROM follow_status}),
	q{Call resume_follow() when the cause is gone, or skip_transaction('...') to leave the transaction out.},
	'the hint says what to call');
is(logged(qr/ERROR:  duplicate key/), 1, 'the log has the error once');
is(logged(qr/LOG:  follow "default" of database "postgres" has failed/), 1, 'and the end of the follow');
my $log = slurp_file($downstream->logfile);
like($log, qr/applying INSERT of table "public.t", upstream transaction \d+, committed at \S+, .*; row: id = '3'/,
	'the log tells the row');
like($log, qr/\tSQLSTATE 23505\n/, 'and the SQLSTATE');
like($log, qr/one by one\n.*DETAIL:  Some of them, which were applied together, failed: duplicate key/,
	'it says how it was found');
down('SELECT resume_follow()');
wait_until($downstream, "SELECT state = 'retrying' FROM follow_status");
down('DELETE FROM t');
down('SELECT resume_follow()');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'the follow goes on when the cause is gone, and nothing is lost');
wait_until($downstream, "SELECT last_error_resolved_at >= last_error_at AND next_try_at IS NULL FROM follow_status");
is(logged(qr/LOG:  the follow has got past its last error, which was raised \d+ time/), 1,
	'the log says that it is over');

# Commands.
down('CREATE TABLE other (id int)');
up('CREATE TABLE other (id int)');
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
is(down('SELECT last_error_command, last_error_object, last_error_statement, last_error_count FROM follow_status'),
	'CREATE TABLE|table public.other|CREATE TABLE public.other (id integer)|3', 'a command that fails');
is(logged(qr/ERROR:  relation "other" already exists/), 1, 'is logged once');
down('DROP TABLE other; SELECT resume_follow()');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------- an error that passes
my $errors = logged(qr/ERROR:  could not connect to the upstream/);
$upstream->stop;
wait_until($downstream, 'SELECT last_error_count >= 3 FROM follow_status');
is(down('SELECT state FROM follow_status'), 'retrying', 'a lost connection is tried for longer than other errors');
is(logged(qr/ERROR:  could not connect to the upstream/), $errors + 1, 'and logged once');
my @tries = split /\n/, down(q{
	SELECT tries, round(extract(epoch FROM next_try_at - last_error_at)::numeric, 1) FROM follower.follow});
my ($try, $pause) = $tries[0] =~ /^(\d+)\|([\d.]+)$/;
cmp_ok($try, '>=', 3, 'the tries are counted');
cmp_ok($pause, '>=', 3.2, 'the pauses grow');
cmp_ok($pause, '<=', 4.8, 'up to a limit');
# As long as the worker waits, it can be stopped, and asked to try at once.
wait_until($downstream, "SELECT pid IS NOT NULL AND next_try_at > now() + '1 s' FROM follow_status");
down('SELECT stop_follow()');
is(down('SELECT state FROM follow_status'), 'stopped', 'a worker that waits can be stopped');
down('SELECT resume_follow()');
wait_until($downstream,
	"SELECT pid IS NOT NULL AND tries >= 1 AND follow_status.next_try_at > now() + '1 s'
	FROM follower.follow JOIN follow_status ON follow_name = name");
$upstream->start;
my ($status, $out, $err) = $downstream->psql('postgres', 'SELECT resume_follow()');
like($err, qr/NOTICE:  follow "default" (tries again now|is running already)/, 'or asked to try now');
wait_for_follow($downstream);
is(down('SELECT state, next_try_at IS NULL FROM follow_status'), 'streaming|t', 'it goes on when the upstream is back');

# A local session's deadlock with the worker passes, too.
up('INSERT INTO t SELECT g FROM generate_series(11, 20) AS g');
wait_for_follow($downstream);
my $locker = $downstream->background_psql('postgres', on_error_stop => 0);
$locker->query("SET deadlock_timeout = '1 h'");
$locker->query('BEGIN; DELETE FROM t WHERE id = 20');
up("BEGIN; UPDATE t SET note = 'x' WHERE id = 11; UPDATE t SET note = NULL, id = 99 WHERE id = 20; COMMIT");
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
$locker->query_until(qr/asked/, "\\echo asked\nDELETE FROM t WHERE id = 11;\nROLLBACK;\n");
wait_until($downstream, "SELECT last_error = 'deadlock detected' AND last_error_sqlstate = '40P01' FROM follow_status");
$locker->quit;
wait_for_follow($downstream);
is_same($upstream, $downstream, 'after a deadlock');

# Where it is the commit itself that fails, nothing takes the transaction for applied.
up('CREATE TABLE refused (id int PRIMARY KEY)');
wait_for_follow($downstream);
down(q{
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not yet'; END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON refused DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION refuse();
	ALTER TABLE refused ENABLE ALWAYS TRIGGER refuse;
});
up('INSERT INTO refused VALUES (1)');
wait_until($downstream, "SELECT last_error = 'not yet' FROM follow_status");
down('SELECT stop_follow(); DROP TRIGGER refuse ON refused; DROP FUNCTION refuse(); SELECT resume_follow()');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'after a commit that failed');

done_testing();
