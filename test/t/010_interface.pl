# The SQL interface on two servers: stop, resume, drop, wait, several follows, status, and rollback of each.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "pg_follower.restart_interval = 1\n");

# The first NOTICE, error or warning of a statement.
sub message
{
	my ($sql) = @_;
	my ($status, $out, $err) = $downstream->psql('postgres', $sql);
	return $err;
}

sub row_count
{
	return $downstream->safe_psql('postgres', 'SELECT count(*) FROM t');
}

sub row_note
{
	return $downstream->safe_psql('postgres', 'SELECT note, count(*) FROM t GROUP BY note');
}

sub state
{
	my ($name) = @_;
	return $downstream->safe_psql('postgres', "SELECT state FROM follow_status WHERE follow_name = '$name'");
}

sub slots
{
	return $upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots');
}

sub origins
{
	return $downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_origin');
}

# ------------------------------------------------------------------------------------------------------------- start
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follow_status'), '0', 'no follow at first');
my $started = message('SELECT start_follow($$' . conninfo($upstream) . '$$)');
like($started, qr/NOTICE:  follow "default" will not resume by itself/, 'start_follow tells what a restart will do');
like($started, qr/WARNING:  upstream does not have pg_follower in shared_preload_libraries\nDETAIL:  Roles that/,
	'and what does not follow');
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY, note text)');
$upstream->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(1, 10) AS g');
wait_for_follow($downstream);
is(row_count(), '10', 'rows follow');
is(state('default'), 'streaming', 'state while it streams');
is( $downstream->safe_psql('postgres',
		"SELECT backend_type FROM pg_stat_activity WHERE pid = " . worker_pid($downstream)),
	'pg_follower worker',
	'backend type of the worker');
is( $upstream->safe_psql('postgres',
		"SELECT application_name, state, sync_state FROM pg_stat_replication"),
	'pg_follower worker|streaming|async',
	'the upstream sees the worker by its name');
$upstream->wait_for_catchup('pg_follower worker');
ok(1, 'wait_for_catchup works');

# ------------------------------------------------------------------------------------------------------ positions move
$upstream->safe_psql('postgres', "SELECT pg_logical_emit_message(true, 'other', 'x') FROM generate_series(1, 100)");
my $lsn = $upstream->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$upstream->safe_psql('postgres', "SELECT pg_logical_emit_message(true, 'other', 'x')");
wait_until($upstream, "SELECT flush_lsn >= '$lsn' AND replay_lsn >= '$lsn' AND write_lsn >= '$lsn'
	FROM pg_stat_replication");
ok(1, 'positions move while nothing follows');
wait_until($upstream, "SELECT confirmed_flush_lsn >= '$lsn' FROM pg_replication_slots");
ok(1, 'so does the slot');

# ------------------------------------------------------------------------------------------------------- synchronous
$upstream->append_conf('postgresql.conf', "synchronous_standby_names = '\"pg_follower worker\"'\n");
$upstream->reload;
wait_until($upstream, "SELECT sync_state = 'sync' FROM pg_stat_replication");
for my $level ('on', 'remote_apply')
{
	$upstream->safe_psql('postgres',
		"SET synchronous_commit = $level; INSERT INTO t VALUES (0); DELETE FROM t WHERE id = 0");
	$upstream->safe_psql('postgres',
		"SET synchronous_commit = $level; SELECT pg_logical_emit_message(true, 'other', 'x')");
	$upstream->safe_psql('postgres', "SET synchronous_commit = $level; UPDATE t SET note = '$level'");
	is(row_note(), "$level|10", "a synchronous commit ($level) is visible here");
}
$upstream->append_conf('postgresql.conf', "synchronous_standby_names = ''\n");
$upstream->reload;

# A downstream that is read-only for its users.
$downstream->safe_psql('postgres', "SELECT stop_follow();
	ALTER DATABASE postgres SET default_transaction_read_only = on;
	ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'");
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
$upstream->safe_psql('postgres', "UPDATE t SET note = 'read-only'");
wait_for_follow($downstream);
is(row_note(), 'read-only|10', 'the worker writes where others may not');
$downstream->safe_psql('postgres', 'SET default_transaction_read_only = off; ALTER DATABASE postgres RESET ALL');

# ----------------------------------------------------------------------------------------------------- stop and resume
my $pid = worker_pid($downstream);
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
is($downstream->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid"),
	'0', 'the worker is gone when stop_follow returns');
is(state('default'), 'stopped', 'state after stop_follow');
like(message('SELECT stop_follow()'), qr/NOTICE:  follow "default" is stopped already/, 'stopping twice is no error');
$upstream->safe_psql('postgres', 'INSERT INTO t SELECT g FROM generate_series(11, 20) AS g');
like(message("SELECT wait_for_follow('1s')"),
	qr/ERROR:  follow "default" is stopped\nHINT:  Call resume_follow\(\)/, 'wait_for_follow on a stopped follow');
is(row_count(), '10', 'nothing follows while it is stopped');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is(row_count(), '20', 'resume_follow goes on from there');
like(message('SELECT resume_follow()'), qr/NOTICE:  follow "default" is running already/, 'resuming twice is no error');
$downstream->safe_psql('postgres', 'SELECT stop_follow(); SELECT resume_follow()') for 1 .. 5;
wait_for_follow($downstream);
is(state('default'), 'streaming', 'stop and resume in quick succession');

# ------------------------------------------------------------------------------------------------------------ rollback
$downstream->safe_psql('postgres', 'BEGIN; SELECT stop_follow(); ROLLBACK');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (21)');
wait_for_follow($downstream);
is(row_count(), '21', 'a stop that is rolled back is no stop');
$downstream->safe_psql('postgres', 'BEGIN; SELECT drop_follow(); ROLLBACK');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (22)');
wait_for_follow($downstream);
is(row_count(), '22', 'a drop that is rolled back drops nothing');
$downstream->safe_psql('postgres', 'BEGIN; SAVEPOINT s; SELECT drop_follow(); ROLLBACK TO s; COMMIT');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (23)');
wait_for_follow($downstream);
is(row_count(), '23', 'nor does one that is rolled back to a savepoint');

my $second = conninfo($upstream);
is(slots(), '1', 'one slot');
$downstream->safe_psql('postgres',
	"BEGIN; SELECT start_follow(\$\$$second\$\$, 'second', copy_data => false); ROLLBACK");
is(slots(), '1', 'a start that is rolled back leaves no slot');
$downstream->safe_psql('postgres',
	"BEGIN; SAVEPOINT s; SELECT start_follow(\$\$$second\$\$, 'second', copy_data => false); ROLLBACK TO s; COMMIT");
is(slots(), '1', 'nor does one that is rolled back to a savepoint');
is(origins(), '1', 'nor an origin');
like(
	message("BEGIN; SELECT start_follow(\$\$$second\$\$, 'second', copy_data => false); PREPARE TRANSACTION 'p'"),
	qr/ERROR:  (cannot PREPARE a transaction that has started|prepared transactions are disabled)/,
	'it cannot be prepared');
is(slots(), '1', 'and leaves no slot then, either');
like(
	message(
		"BEGIN; SELECT start_follow(\$\$$second\$\$, 'second', copy_data => false);
			SELECT wait_for_follow(NULL, 'second')"
	),
	qr/ERROR:  cannot wait for a follow in the transaction that starts it/,
	'no wait for itself');

# ------------------------------------------------------------------------------------------------------ several follows
$upstream->safe_psql('postgres', 'CREATE DATABASE other');
$upstream->safe_psql('other', 'CREATE EXTENSION pg_follower');
start_follow($downstream, $upstream, name => 'second', upstream_dbname => 'other');
$upstream->safe_psql('other', 'CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1), (2)');
wait_for_follow($downstream, name => 'second');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM u'),
	'2', 'a second upstream follows into the same database');
is(
	$downstream->safe_psql(
		'postgres', "SELECT backend_type FROM pg_stat_activity WHERE pid = " . worker_pid($downstream, name => 'second')
	),
	'pg_follower worker second',
	'its worker bears its name'
);
is(
	$upstream->safe_psql(
		'postgres', "SELECT string_agg(application_name, ',' ORDER BY application_name) FROM pg_stat_replication"
	),
	'pg_follower worker,pg_follower worker second',
	'on the upstream, too');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (24)');
wait_for_follow($downstream);
is(row_count(), '24', 'the first goes on');

# ---------------------------------------------------------------------------------------------------------------- wait
my $blocker = $downstream->background_psql('postgres');
$blocker->query_safe('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (25)');
is($downstream->safe_psql('postgres', "SELECT wait_for_follow('200 ms')"), 'f', 'wait_for_follow runs out of time');
is($downstream->safe_psql('postgres', "SELECT wait_for_follow('$time_limit', 'second')"),
	't', 'but not that of another follow');
my $lag = $downstream->safe_psql('postgres',
	"SELECT applied_lsn < received_lsn OR lag_bytes = 0 FROM follow_status WHERE follow_name = 'default'");
is($lag, 't', 'positions while it is blocked');
$pid = worker_pid($downstream);
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
is($downstream->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid"),
	'0', 'stop_follow ends a worker that waits for a lock');
$blocker->query_safe('ROLLBACK');
$blocker->quit;
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is(row_count(), '25', 'nothing is lost by that');

# -------------------------------------------------------------------------------------------------------------- failure
$downstream->safe_psql('postgres', 'INSERT INTO t VALUES (100)');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (99)');
$upstream->safe_psql('postgres', "INSERT INTO t VALUES (100, 'conflict')");
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (101)');
my $failure = message("SELECT wait_for_follow('$time_limit')");
like(
	$failure,
	qr/ERROR:\ \ follow\ "default"\ has\ failed:\ duplicate\ key\ value\ violates\ unique\ constraint\ "t_pkey"\n
		DETAIL:\ \ Key\ \(id\)=\(100\)\ already\ exists.\n
		HINT:\ \ Call\ resume_follow\(\)\ when\ the\ cause\ is\ gone,\ or\ skip_transaction/x,
	'wait_for_follow raises the failure');
like(
	$failure,
	qr/CONTEXT:.*applying INSERT of table "public.t", upstream transaction \d+, committed at [0-9A-F]+\/[0-9A-F]+/s,
	'with relation, transaction and position');
is(state('default'), 'failed', 'state after a failure');
is(worker_pid($downstream), '', 'no worker after a failure');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t WHERE id IN (99, 101)'),
	'1', 'what committed before the failing transaction is here, nothing after it');
$downstream->safe_psql('postgres', 'DELETE FROM t WHERE id = 100');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT count(*), max(note) FROM t WHERE id >= 99"),
	'3|conflict', 'it goes on when the cause is removed');
is($downstream->safe_psql('postgres', "SELECT last_error_at IS NOT NULL AND last_error LIKE 'duplicate key%'
	FROM follow_status WHERE follow_name = 'default'"), 't', 'the last error stays to be seen');

# --------------------------------------------------------------------------------------------------------- missing rows
$downstream->safe_psql('postgres', 'DELETE FROM t WHERE id IN (1, 2, 3)');
$upstream->safe_psql('postgres', "UPDATE t SET note = 'u' WHERE id IN (1, 5)");
$upstream->safe_psql('postgres', 'DELETE FROM t WHERE id IN (2, 6, 3)');
$upstream->safe_psql('postgres', "UPDATE t SET note = 'v' WHERE id = 1");
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT rows_missing FROM follow_status WHERE follow_name = 'default'"),
	'4', 'rows that are not found are counted');
is($downstream->safe_psql('postgres', "SELECT note FROM t WHERE id = 5"), 'u', 'the others are changed');
like(
	slurp_file($downstream->logfile),
	qr/LOG:  did not find the row of table "public.t" for UPDATE from the upstream.*\n.*DETAIL:  Row with id = '1'/,
	'and one is logged with its key');

# ------------------------------------------------------------------------------------------------------------- security
$downstream->safe_psql('postgres', "CREATE ROLE monitor LOGIN IN ROLE pg_monitor; CREATE ROLE nobody LOGIN");
my ($status, $out, $err) = $downstream->psql('postgres',
	"SET ROLE monitor; SELECT count(*), string_agg(s::text, ' ') LIKE '%password%' FROM follow_status AS s");
is($out, '2|f', 'pg_monitor may see the status');
($status, $out, $err) = $downstream->psql('postgres', 'SET ROLE monitor; SELECT conninfo FROM follower.follow');
like($err, qr/permission denied/, 'but no connection string');
($status, $out, $err) = $downstream->psql('postgres', 'SET ROLE nobody; SELECT * FROM follow_status');
like($err, qr/permission denied/, 'others may not');
for my $call ("start_follow('')", 'stop_follow()', 'resume_follow()', 'drop_follow()', 'wait_for_follow()')
{
	like(message("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO nobody; SET ROLE nobody; SELECT $call"),
		qr/ERROR:  must be superuser to call/, "$call is for superusers");
}

# ----------------------------------------------------------------------------------------------------------------- drop
like(message("SELECT drop_follow('nothing')"), qr/ERROR:  follow "nothing" does not exist\nHINT/, 'no such follow');
$downstream->safe_psql('postgres', "SELECT drop_follow('second')");
is(slots(), '1', 'drop_follow drops the slot');
is(origins(), '1', 'and the origin');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM u'), '2', 'tables stay');
$upstream->stop;
like(
	message('SELECT drop_follow()'),
	qr/ERROR:\ \ could\ not\ connect\ to\ the\ upstream\ to\ drop\ replication\ slot\ "pg_follower_\w+"\n
		DETAIL.*\nHINT:\ \ Use\ drop_follow\(force\ =>\ true\)/sx,
	'drop_follow without the upstream');
wait_until($downstream, "SELECT state IN ('retrying', 'starting') FROM follow_status");
ok(1, 'a drop that failed leaves the follow');
like(message('SELECT drop_follow(force => true)'),
	qr/WARNING:  could not connect to the upstream/, 'force => true drops it with a warning');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follow_status'), '0', 'it is gone');
is(origins(), '0', 'so is its origin');
$upstream->start;
is(slots(), '1', 'the slot is left to the upstream');
start_follow($downstream, $upstream, copy_data => 0);
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (1000)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t WHERE id = 1000'),
	'1', 'a new follow of the same name works');

done_testing();
