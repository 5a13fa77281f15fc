# Transactions that stream workers apply while they are open upstream, and when those give up.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $config = "pg_follower.streaming = on\npg_follower.stream_threshold = 64kB\n";
$config .= "pg_follower.max_stream_workers = 2\nlog_min_messages = debug1\n";
my ($upstream, $downstream) = pgf_pair(config => $config);
$downstream->append_conf('postgresql.conf', "restart_after_crash = on\n");
$downstream->reload;

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

my $workers = "FROM pg_stat_activity WHERE backend_type = 'pg_follower stream worker'";

sub is_same_after
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
	wait_until($downstream, "SELECT count(*) = 0 $workers");
	return;
}

sub rows
{
	my ($from, $count) = (@_, 3000);
	return "INSERT INTO t SELECT i, repeat(md5(i::text), 4) FROM generate_series($from, $from + $count - 1) AS i";
}

# Waits until so many stream workers have applied what has come of their transactions.
sub at_rest
{
	my ($count) = @_;
	wait_until($downstream,
		"SELECT count(*) = $count $workers AND state = 'idle in transaction' AND backend_xid IS NOT NULL");
	return;
}

my $log_end = 0;

# Whether stream workers have given up since that was last asked: the reasons.
sub given_up
{
	my @lines = slurp_file($downstream->logfile, $log_end) =~ /is applied at its commit\n.*?DETAIL:  (.*)/g;
	$log_end = -s $downstream->logfile;
	# The leader ends those whose transactions are rolled back.
	return join('; ', grep { !/canceling statement/ } @lines);
}

start_follow($downstream, $upstream);
up(q{
	CREATE TABLE t (id int PRIMARY KEY, note text);
	CREATE TABLE keyless (id int, note text);
	CREATE TABLE pairs (id int PRIMARY KEY, a int, b text);
	CREATE TABLE looks (id int PRIMARY KEY, n bigint);
	INSERT INTO pairs SELECT i, i, 'x' FROM generate_series(1, 2000) AS i;
});
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------ ahead, in fact
my $session = open_transaction($upstream);
$session->query_safe(rows(1));
at_rest(1);
my $xid = down("SELECT backend_xid $workers");
is(down('SELECT count(*) FROM t'), 0, 'nothing is to be seen of what has been applied ahead');
up("INSERT INTO pairs VALUES (3000, 3000, 'meanwhile')");
wait_for_follow($downstream);
$session->query_safe("UPDATE pairs SET b = 'y' WHERE id >= 1000; DELETE FROM t WHERE id % 7 = 0; " . rows(10001));
$session->query_safe('COMMIT');
is_same_after('a transaction that was applied ahead');
is(down('SELECT DISTINCT xmin FROM t'), $xid, 'it is the stream worker that has committed it');
is(given_up(), '', 'and it has not given up');

$session = open_transaction($upstream);
$session->query_safe(rows(20001));
at_rest(1);
$session->query_safe('ROLLBACK');
is_same_after('a rollback of what was applied ahead');

$session = open_transaction($upstream);
$session->query_safe(rows(30001) . '; SAVEPOINT a; ' . rows(33001) . '; SAVEPOINT b; ' . rows(36001));
$session->query_safe('ROLLBACK TO b; ' . rows(39001) . '; RELEASE a');
$session->query_safe('SAVEPOINT c; UPDATE t SET note = 1 WHERE id > 30000');
at_rest(1);
given_up();
$session->query_safe("INSERT INTO keyless SELECT i, 'gone' FROM generate_series(1, 3000) AS i; ROLLBACK TO c");
$session->query_safe("INSERT INTO keyless SELECT i, 'stays' FROM generate_series(1, 3000) AS i");
$session->query_safe("SAVEPOINT d; UPDATE keyless SET note = 'gone'; SAVEPOINT e; DELETE FROM keyless WHERE id < 100");
$session->query_safe("RELEASE e; ROLLBACK TO d; UPDATE keyless SET note = 'kept' WHERE id % 3 = 0; " . rows(50001));
$session->query_safe('COMMIT');
is_same_after('savepoints that were applied ahead');
is(given_up(), '', 'without giving up');

my @sessions = map { open_transaction($upstream) } 1 .. 3;
for my $turn (0 .. 2)
{
	$sessions[$_]->query_safe(rows(100001 + 100000 * $_ + 3000 * $turn)) for 0 .. 2;
	up("INSERT INTO pairs SELECT 10000 + 10 * $turn + i, i, 'small' FROM generate_series(1, 5) AS i");
}
at_rest(2);
$sessions[2]->query_safe('COMMIT');
$sessions[0]->query_safe('ROLLBACK');
$sessions[1]->query_safe('COMMIT');
is_same_after('three at a time, two of them ahead');
is(given_up(), '', 'without giving up');

# -------------------------------------------------------------------------------------------------- what gives up
$session = open_transaction($upstream);
$session->query_safe(rows(500001));
$session->query_safe('CREATE TABLE made AS SELECT * FROM t WHERE id > 500000; UPDATE made SET note = id');
$downstream->wait_for_log(qr/DETAIL:  it has DDL/, $log_end);
like(given_up(), qr/it has DDL/, 'DDL waits for the commit');
is(down("SELECT to_regclass('made')"), '', 'and is not to be seen');
$session->query_safe('COMMIT');
is_same_after('DDL');

up('BEGIN; ' . rows(510001) . '; TRUNCATE keyless; ' . rows(513001) . '; COMMIT');
is_same_after('TRUNCATE');
given_up();

up(q{
	DO $$
	BEGIN
		FOR i IN 1 .. 2000 LOOP
			BEGIN
				INSERT INTO t VALUES (520000 + i, repeat('x', 100));
			EXCEPTION WHEN others THEN
				RAISE;
			END;
		END LOOP;
	END $$;
});
is_same_after('many subtransactions');
like(given_up(), qr/many subtransactions/, 'many subtransactions wait for the commit');

down(q{
	CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
	BEGIN
		NEW.n := (SELECT count(*) FROM pairs);
		RETURN NEW;
	END $$;
	CREATE TRIGGER look BEFORE INSERT ON looks FOR EACH ROW EXECUTE FUNCTION look();
	ALTER TABLE looks ENABLE ALWAYS TRIGGER look;
});
$session = open_transaction($upstream);
$session->query_safe('INSERT INTO looks SELECT i, 0 FROM generate_series(1, 3000) AS i; ' . rows(530001));
$downstream->wait_for_log(qr/have to wait for their turn/, $log_end);
up('DELETE FROM pairs WHERE id = 1');
$session->query_safe('COMMIT');
wait_for_follow($downstream);
is(down('SELECT DISTINCT n = (SELECT count(*) FROM pairs) FROM looks'), 't', 'a trigger sees what committed before');
like(given_up(), qr/"public.looks" have to wait/, 'it waits for the commit');
down('DROP TRIGGER look ON looks; DROP FUNCTION look()');
up('DELETE FROM looks');
wait_for_follow($downstream);

# ----------------------------------------------------------------------------------------------- locks and deadlocks
# Independent upstream, not so here: the leader's row has the key of one that a stream worker has inserted.
down('CREATE UNIQUE INDEX only_here ON pairs (b) WHERE id >= 20000');
$session = open_transaction($upstream);
$session->query_safe("INSERT INTO pairs VALUES (20000, 0, 'key'); " . rows(600001));
$session->query_safe("UPDATE pairs SET b = 'other' WHERE id = 20000");
at_rest(1);
up("INSERT INTO pairs VALUES (20001, 0, 'key')");
wait_for_follow($downstream);
pass('the leader does not wait for a transaction that is open upstream');
like(given_up(), qr/somebody waits/, 'the stream worker gave up');
$session->query_safe("UPDATE pairs SET b = 'another' WHERE id = 20000; COMMIT") ;
wait_until($downstream, "SELECT state IN ('failed', 'retrying') OR count(p.*) > 0 FROM follow_status
	LEFT JOIN pairs AS p ON p.id = 20000 AND p.b = 'another' GROUP BY state");
down('DROP INDEX only_here');
down("SELECT resume_follow()") if down("SELECT state FROM follow_status") eq 'failed';
is_same_after('a key that is unique here only');

# Two stream workers: the one whose turn it is waits for the other one, which waits for its leader.
down('CREATE UNIQUE INDEX only_here ON pairs (a) WHERE id >= 30000');
@sessions = map { open_transaction($upstream) } 0 .. 1;
$sessions[0]->query_safe("INSERT INTO pairs VALUES (30000, 77, 'first'); " . rows(610001));
at_rest(1);
$sessions[1]->query_safe("INSERT INTO pairs VALUES (30001, 77, 'second'); " . rows(620001));
$downstream->wait_for_log(qr/DETAIL:  somebody waits/, $log_end);
like(given_up(), qr/somebody waits/, 'of two that are in each other\'s way, one gives up');
$sessions[1]->query_safe('COMMIT');
wait_until($downstream, 'SELECT count(*) = 1 FROM pairs WHERE id = 30001');
pass('and the one that commits first is applied');
$sessions[0]->query_safe('ROLLBACK');
down('DROP INDEX only_here');
is_same_after('two stream workers in each other\'s way');

# A local session that waits for a row of the stream worker, and then one that the stream worker waits for.
$session = open_transaction($upstream);
$session->query_safe("UPDATE pairs SET b = 'z' WHERE id BETWEEN 100 AND 200; " . rows(630001));
at_rest(1);
is(down("SET lock_timeout = '60s'; UPDATE pairs SET b = b WHERE id = 150 RETURNING id"),
	150, 'a local session does not wait for the end of a transaction that is open upstream');
$session->query_safe('COMMIT');
is_same_after('a local session that waits');
my $local = open_transaction($downstream);
$local->query_safe("UPDATE pairs SET b = b WHERE id = 300");
$session = open_transaction($upstream);
$session->query_safe("UPDATE pairs SET b = 'zz' WHERE id = 301");
$session->query_safe("UPDATE pairs SET b = 'zz' WHERE id = 300; " . rows(640001));
wait_until($downstream, "SELECT count(*) = 1 $workers AND wait_event_type = 'Lock'");
# Either of them may be the one that the server ends.
$local->query('UPDATE pairs SET b = b WHERE id = 301');
$local->query('ROLLBACK');
$session->query_safe('COMMIT');
is_same_after('a deadlock with a local session');

# ------------------------------------------------------------------------------------------------- the end of processes
$session = open_transaction($upstream);
$session->query_safe(rows(700001));
at_rest(1);
down("SELECT pg_terminate_backend(pid) $workers");
wait_until($downstream, "SELECT count(*) = 0 $workers");
$session->query_safe(rows(703001));
$session->query_safe('COMMIT');
is_same_after('a stream worker that somebody ends');

for my $type ('pg_follower stream worker', 'pg_follower worker')
{
	my $from = 710001 + 10000 * ($type =~ /stream/);
	$session = open_transaction($upstream);
	$session->query_safe(rows($from));
	at_rest(1);
	my $end = -s $downstream->logfile;
	kill 'KILL', down("SELECT pid FROM pg_stat_activity WHERE backend_type = '$type'");
	$downstream->wait_for_log(qr/all server processes terminated/, $end);
	usleep(20_000) while system('pg_isready', '-q', '-h', $downstream->host, '-p', $downstream->port) != 0;
	wait_until($downstream, "SELECT count(*) = 1 FROM follow_status WHERE state = 'streaming'");
	$session->query_safe(rows($from + 3000));
	$session->query_safe('COMMIT');
	is_same_after("kill -9 of the $type");
}

$session = open_transaction($upstream);
$session->query_safe(rows(730001));
at_rest(1);
down('SELECT stop_follow()');
is(down("SELECT count(*) $workers"), 0, 'with the worker, its stream workers end');
$session->query_safe(rows(733001));
down('SELECT resume_follow()');
$session->query_safe('COMMIT');
is_same_after('a stop');

# A commit for each state of the race between the two.
for my $i (1 .. 20)
{
	up('BEGIN; ' . rows(800001 + 10000 * $i, 500 * ($i % 4 + 1)) . '; ' . ($i % 3 ? 'COMMIT' : 'ROLLBACK'));
	down("SELECT pg_terminate_backend(pid) $workers") if $i % 5 == 0;
}
is_same_after('many in a row');

# --------------------------------------------------------------------------------------------------------------- errors
down("INSERT INTO t VALUES (2000500, 'local')");
up('BEGIN; ' . rows(2000001) . '; COMMIT');
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
is(down('SELECT last_error_object, last_error_command FROM follow_status'),
	'table public.t|INSERT', 'an error is told as always');
like(down('SELECT last_error_statement FROM follow_status'), qr/2000500/, 'with the row');
down("DELETE FROM t WHERE id = 2000500; SELECT resume_follow()");
is_same_after('an error whose cause is gone');

# ------------------------------------------------------------------------------------------------- followed, and none
down("SELECT pg_create_logical_replication_slot('follows', 'pg_follower')");
given_up();
up('BEGIN; ' . rows(2010001) . '; COMMIT');
is_same_after('while somebody follows this database');
like(given_up(), qr/somebody follows/, 'nothing is applied ahead then');
like(
	down("SELECT string_agg(data, ' ') FROM pg_logical_slot_get_changes('follows', NULL, NULL)"),
	qr/INSERT INTO public.t .*2010001/, 'and its rows go on');
down("SELECT pg_drop_replication_slot('follows')");

down('ALTER SYSTEM SET pg_follower.max_stream_workers = 0; SELECT pg_reload_conf()');
$session = open_transaction($upstream);
$session->query_safe(rows(2020001));
wait_until($downstream,
	"SELECT count(*) = 1 FROM pg_ls_dir('base/pgsql_tmp', true, false) AS name WHERE name LIKE '%follow%'");
is(down("SELECT count(*) $workers"), 0, 'there are no stream workers where there may be none');
$session->query_safe('COMMIT');
is_same_after('without stream workers');

done_testing();
