# follow_status is true in each situation that monitoring is for, read while it lasts: everything is here, the follow is
# stopped, catches up, is within a large transaction, waits for a lock, and the upstream cannot be reached.
use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
$upstream->safe_psql('postgres',
	'CREATE TABLE t (i int PRIMARY KEY, pad text); CREATE TABLE other (i int PRIMARY KEY)');
wait_for_follow($downstream);

sub down { return $downstream->safe_psql('postgres', shift) }

sub position
{
	return $upstream->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');
}

# Rows that make some hundreds of kilobytes of WAL, with keys from $from on.
sub write_rows
{
	my ($from) = @_;
	$upstream->safe_psql('postgres', "INSERT INTO t SELECT i, repeat(
		'x', 500) FROM generate_series($from, $from + 999) AS i");
	return;
}

# Whether lag_bytes counts from applied_lsn to this position of the upstream or one behind it.
sub counts_to
{
	my ($position) = @_;
	return down("SELECT lag_bytes >= pg_wal_lsn_diff('$position', applied_lsn) FROM follow_status");
}

# Reads the figure twice, a moment apart.
sub grows
{
	my ($column) = @_;
	return down("SELECT $column AS before FROM follow_status \\gset
		SELECT pg_sleep(0.01) \\g /dev/null
		SELECT :'before' < $column FROM follow_status");
}

# ------------------------------------------------------------------------------------------------- everything is here
wait_until($downstream, "SELECT lag_bytes = 0 AND lag_time = '0' AND blocked_by IS NULL FROM follow_status");
ok(1, 'no lag when everything is here');
my $idle = down('SELECT caught_up_at FROM follower.follow');
ok($idle, 'it is known when that was');

# ------------------------------------------------------------------------------------------------------------ stopped
down('SELECT stop_follow()');
my $applied = down('SELECT applied_lsn FROM follow_status');
write_rows(1);
my $position = position();
is(down('SELECT state FROM follow_status'), 'stopped', 'the follow is stopped');
is(counts_to($position), 't', 'lag_bytes counts to the position of the upstream while the follow is stopped');
is(down('SELECT lag_bytes > 400000 FROM follow_status'), 't', 'which is far');
is(grows('lag_time'), 't', 'and lag_time grows');
is(down('SELECT applied_lsn FROM follow_status'), $applied, 'applied_lsn stays');

# ------------------------------------------------------------------------------------ catching up, waiting for a lock
write_rows(2001);
$position = position();
my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK TABLE t');
my $locker_pid = $locker->query_safe('SELECT pg_backend_pid()');
down('SELECT resume_follow()');
wait_until($downstream, "SELECT blocked_by = '{$locker_pid}' FROM follow_status");
ok(1, 'blocked_by names the session that holds the lock');
is(counts_to($position), 't', 'lag_bytes counts to the position of the upstream while it catches up');
is(down('SELECT lag_bytes > 800000 FROM follow_status'), 't', 'which is farther than what has been received');
is(down('SELECT state FROM follow_status'), 'streaming', 'the state');
is(grows('lag_time'), 't', 'lag_time grows while it waits');
is(down('SELECT a.state, a.query FROM pg_stat_activity AS a JOIN follow_status USING (pid)'),
	'active|applying INSERT of table "public.t"', 'pg_stat_activity shows the table in hand');
is(down("SELECT lag_time <= now() - '$idle' FROM follow_status"), 't', 'lag_time is that of the transaction in hand');
$locker->query_safe('COMMIT');
wait_for_follow($downstream);
wait_until($downstream, "SELECT lag_bytes = 0 AND lag_time = '0' AND blocked_by IS NULL FROM follow_status");
ok(1, 'no lag when it has caught up');

# --------------------------------------------------------------------------------------- within one large transaction
# Each time the worker comes to the table `other`, it waits for a lock of the test.
down(<<'SQL');
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock_shared(new.i);
	RETURN NULL;
END $$;
CREATE TRIGGER pause AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION pause();
ALTER TABLE other ENABLE REPLICA TRIGGER pause;
SQL
$locker->query_safe('SELECT pg_advisory_lock(i) FROM generate_series(1, 2) AS i');
# While nobody reads it, the transaction cannot be heard of before it is committed.
down('SELECT stop_follow()');
my $insert = "INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(%d, %d) AS i;";
$upstream->safe_psql('postgres',
	'BEGIN;' . sprintf($insert, 10000, 12999) . 'INSERT INTO other VALUES (1);' . sprintf($insert, 13000, 15999)
	  . 'INSERT INTO other VALUES (2);' . sprintf($insert, 16000, 18999) . 'COMMIT');
$position = position();
down('SELECT resume_follow()');

# Waits until the worker waits for that lock.
sub wait_for_pause
{
	my ($number) = @_;
	wait_until($downstream,
		"SELECT count(*) = 1 FROM pg_locks JOIN follow_status USING (pid)
		WHERE locktype = 'advisory' AND objid = $number AND NOT granted");
	return;
}
wait_for_pause(1);
my $received = down('SELECT received_lsn FROM follow_status');
is(counts_to($position), 't', 'lag_bytes counts to the position of the upstream within a large transaction');
is(down("SELECT lag_bytes > 4000000 FROM follow_status"), 't', 'which is the whole transaction');
is(grows('lag_time'), 't', 'lag_time grows within a large transaction');
is(down("SELECT blocked_by = '{$locker_pid}' FROM follow_status"), 't', 'blocked_by, for another kind of lock');
is(down('SELECT query FROM pg_stat_activity JOIN follow_status USING (pid)'),
	'applying INSERT of table "public.other"', 'pg_stat_activity shows another table');
$locker->query_safe('SELECT pg_advisory_unlock(1)');
wait_for_pause(2);
is(down("SELECT received_lsn > '$received' AND applied_lsn < '$received' FROM follow_status"), 't',
	'received_lsn moves, applied_lsn does not');
is(counts_to($position), 't', 'lag_bytes still counts to the end');
$locker->query_safe('SELECT pg_advisory_unlock(2)');
wait_for_follow($downstream);

# -------------------------------------------------------------------------------------------------- a command in hand
$locker->query_safe('BEGIN; LOCK TABLE t');
$upstream->safe_psql('postgres', 'CREATE INDEX pads ON t (pad)');
wait_until($downstream, "SELECT blocked_by = '{$locker_pid}' FROM follow_status");
is(down('SELECT query FROM pg_stat_activity JOIN follow_status USING (pid)'),
	'CREATE INDEX pads ON public.t USING btree (pad)', 'pg_stat_activity shows the command in hand');
$locker->query_safe('COMMIT; BEGIN; LOCK TABLE other');
wait_for_follow($downstream);
$upstream->safe_psql('postgres', 'TRUNCATE other');
wait_until($downstream, "SELECT blocked_by = '{$locker_pid}' FROM follow_status");
like(down('SELECT query FROM pg_stat_activity JOIN follow_status USING (pid)'), qr/^TRUNCATE .*public\.other/,
	'or a TRUNCATE');
$locker->query_safe('COMMIT');
$locker->quit;
wait_for_follow($downstream);

# -------------------------------------------------------------------------------------------- who may see it, and how
down('CREATE ROLE monitor IN ROLE pg_monitor');
wait_until($downstream, "SELECT lag_bytes = 0 AND lag_time = '0' FROM follow_status");
is(down('SET ROLE monitor; SELECT lag_bytes IS NOT NULL FROM follow_status'), 't', 'pg_monitor sees the lag');
my ($status, $out, $err) = $downstream->psql('postgres', "CREATE ROLE nobody; SET ROLE nobody; SELECT follower.lag(
	'default')");
like($err, qr/permission denied for function lag/, 'others do not');

# A server that takes connections and never says a word.
down('SELECT stop_follow()');
my $silent = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Proto => 'tcp') or die "could not listen: $!";
my $conninfo = down('SELECT conninfo FROM follower.follow');
down("UPDATE follower.follow SET conninfo = 'host=127.0.0.1 port=" . $silent->sockport
	. " dbname=postgres password=secret'");
down('SELECT follow_name, state, pid, received_lsn, applied_lsn, last_error FROM follow_status');
ok(!IO::Select->new($silent)->can_read(0), 'the upstream is not asked where nobody reads how far it is');
is(down('SELECT lag_bytes IS NULL AND lag_time > $$0$$ FROM follow_status'), 't', 'an upstream that does not answer');
my $asked = 0;
while (IO::Select->new($silent)->can_read(0))
{
	close $silent->accept;
	++$asked;
}
is($asked, 1, 'which was asked once');
($status, $out, $err) = $downstream->psql('postgres',
	"SET statement_timeout = '100ms'; SELECT lag_bytes FROM follow_status");
like($err, qr/canceling statement due to statement timeout/, 'asking can be interrupted');
close $silent;
down("UPDATE follower.follow SET conninfo = \$\$$conninfo\$\$");

# An upstream that is not there.
$upstream->stop;
is(down('SELECT lag_bytes IS NULL AND lag_time > $$0$$ FROM follow_status'), 't', 'an upstream that cannot be reached');
unlike(down('SELECT s FROM follow_status AS s'), qr/secret/, 'no password is shown');
$upstream->start;
down('SELECT resume_follow()');
wait_for_follow($downstream);
wait_until($downstream, "SELECT lag_bytes = 0 AND lag_time = '0' FROM follow_status");
is_same($upstream, $downstream, 'and in the end') if down(
	'DROP TRIGGER pause ON other; DROP FUNCTION pause(); SELECT 1');

done_testing();
