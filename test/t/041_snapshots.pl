# Building an index reads deleted rows, too, as long as a snapshot may see them: an expression that fails for one of
# them must not stop the follow for good, nor may wait_for_follow be the one who holds that snapshot.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE other (i int)');

my $rounds = 0;

# Makes the downstream wait, has the upstream delete a row that the index cannot hold, and make the index.
sub delete_and_index
{
	my $index = 'div' . ++$rounds;
	$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (1, 0), (2, 1)');
	wait_for_follow($downstream);
	my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
	$locker->query_safe('BEGIN; LOCK TABLE t');
	$upstream->safe_psql('postgres', "DELETE FROM t WHERE b = 0");
	$upstream->safe_psql('postgres', "CREATE INDEX $index ON t ((a / b))");
	wait_until($downstream, "SELECT count(*) = 1 FROM pg_locks WHERE relation = 't'::regclass AND NOT granted");
	return ($locker, $index);
}

# Lets the worker go on.
sub let_go
{
	my ($locker) = @_;
	$locker->query_safe('COMMIT');
	$locker->quit;
	return;
}

sub has_index
{
	my ($index) = @_;
	is($downstream->safe_psql('postgres', "SELECT count(*) FROM pg_indexes WHERE indexname = '$index'"),
		'1', "index $index is there");
	$upstream->safe_psql('postgres', "DROP INDEX $index; TRUNCATE t");
	return;
}

# wait_for_follow in a query of its own holds no snapshot.
for my $call (
	"SELECT wait_for_follow('$time_limit')",
	"SELECT * FROM wait_for_follow('$time_limit')",
	"SELECT wait_for_follow('$time_limit') AS w, (SELECT count(*) FROM generate_series(1, 2))"
  )
{
	my ($locker, $index) = delete_and_index();
	my $waiter = $downstream->background_psql('postgres', on_error_stop => 1);
	$waiter->query_until(qr/waiting/, "\\echo waiting\n$call AS answer;\n\\echo done\n");
	wait_until($downstream,
		"SELECT count(*) = 1 FROM pg_stat_activity
			WHERE query LIKE 'SELECT%wait_for_follow(''$time_limit'')% AS answer;'
				AND state = 'active' AND wait_event_type = 'Extension'"
	);
	is(
		$downstream->safe_psql(
			'postgres',
			"SELECT backend_xmin IS NULL FROM pg_stat_activity
				WHERE query LIKE 'SELECT%wait_for_follow(''$time_limit'')% AS answer;'"
		),
		't',
		"no snapshot is held by $call"
	);
	let_go($locker);
	$waiter->query_until(qr/done/, '');
	$waiter->quit;
	has_index($index);
	is($downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status'), '', 'and nothing failed');
}

# Such a query goes on with a new snapshot.
$upstream->safe_psql('postgres', 'INSERT INTO other VALUES (1)');
is(
	$downstream->safe_psql(
		'postgres',
		"CREATE FUNCTION rows_of_other() RETURNS bigint STABLE LANGUAGE sql
			BEGIN ATOMIC SELECT count(*) FROM public.other; END;
SELECT wait_for_follow(), rows_of_other()"
	),
	't|1',
	'a function after the wait sees what has arrived'
);
is($downstream->safe_psql('postgres', "SELECT wait_for_follow(), i FROM other"),
	't|1', 'wait_for_follow beside a table');
is(
	$downstream->safe_psql(
		'postgres', "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT wait_for_follow(); SELECT i FROM other; COMMIT"
	),
	"t\n1",
	'wait_for_follow in REPEATABLE READ'
);
is($downstream->safe_psql('postgres', "SELECT wait_for_follow() FROM generate_series(1, 3)"),
	"t\nt\nt", 'three waits in a query');
is(
	$downstream->safe_psql(
		'postgres',
		"BEGIN; DECLARE c CURSOR FOR SELECT wait_for_follow(), rows_of_other() FROM generate_series(1, 2);
			FETCH c; FETCH c; FETCH c; COMMIT"
	),
	"t|1\nt|1",
	'waits in a cursor'
);
is(
	$downstream->safe_psql(
		'postgres', "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT wait_for_follow(); COMMIT; FETCH c"
	),
	't',
	'a wait in a cursor that outlives its transaction'
);
$downstream->safe_psql('postgres',
	'DO $$ BEGIN PERFORM wait_for_follow(); IF NOT wait_for_follow() THEN RAISE EXCEPTION $x$no$x$; END IF; END $$');
is(
	$downstream->safe_psql(
		'postgres', "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT wait_for_follow()"
	),
	'Result (actual rows=1 loops=1)',
	'a wait in EXPLAIN ANALYZE'
) if $downstream->pg_version < 18;

# A wait that is cancelled leaves its session in order.
my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK TABLE other');
$upstream->safe_psql('postgres', 'INSERT INTO other VALUES (2)');
my ($status, $out, $err) = $downstream->psql('postgres', "BEGIN; SET statement_timeout = '500ms'; SAVEPOINT s;
SELECT wait_for_follow();
ROLLBACK TO s; SELECT 'alive'; COMMIT", on_error_stop => 0);
like($err, qr/canceling statement due to statement timeout/, 'a wait that is cancelled');
is($out, 'alive', 'and what comes after it');
let_go($locker);
wait_for_follow($downstream);

# Another session's snapshot makes the follow wait for its end.
my $reader = $downstream->background_psql('postgres', on_error_stop => 0);
($locker, my $index) = delete_and_index();
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
let_go($locker);
wait_until($downstream, "SELECT state = 'retrying' AND last_error = 'division by zero' FROM follow_status");
like($downstream->safe_psql('postgres', 'SELECT last_error_hint FROM follow_status'),
	qr/^The value may be of a deleted row that an older snapshot still sees/, 'the hint says what it waits for');
is($downstream->safe_psql('postgres', "SELECT wait_for_follow('3s')"), 'f', 'wait_for_follow goes on waiting');
$reader->query_safe('COMMIT');
wait_for_follow($downstream);
has_index($index);

# Nor does wait_for_follow wait for a follow that waits for it.
($locker, $index) = delete_and_index();
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
let_go($locker);
wait_until($downstream, "SELECT state = 'retrying' FROM follow_status");
$reader->query("SELECT wait_for_follow('$time_limit')");
like(
	$reader->{stderr},
	qr/follow "default" waits for the end of a snapshot that this session holds/,
	'wait_for_follow in the transaction that is waited for'
);
$reader->quit;
wait_for_follow($downstream);
has_index($index);

# A snapshot that ends while the index is being built has let the build see the deleted row. The function waits where
# the row is met, for a lock that the test holds.
$upstream->safe_psql('postgres', <<'SQL');
CREATE FUNCTION slow_div(a int, b int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
	IF b = 0 THEN
		PERFORM pg_advisory_xact_lock_shared(41);
	END IF;
	RETURN a / b;
END $$;
INSERT INTO t VALUES (1, 0), (2, 1);
SQL
wait_for_follow($downstream);
$reader = $downstream->background_psql('postgres', on_error_stop => 1);
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
my $holder = $downstream->background_psql('postgres', on_error_stop => 1);
$holder->query_safe('SELECT pg_advisory_lock(41)');
$upstream->safe_psql('postgres', 'DELETE FROM t WHERE b = 0');
$upstream->safe_psql('postgres', 'CREATE INDEX slow ON t (slow_div(a, b))');
wait_until($downstream, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
$reader->query_safe('COMMIT');
$reader->quit;
$holder->query_safe('SELECT pg_advisory_unlock(41)');
$holder->quit;
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status'),
	'division by zero', 'the index failed for a row that was deleted');
has_index('slow');

# A row that is there fails the follow, whoever has a snapshot; the older ones are waited for first.
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (2, 1)');
wait_for_follow($downstream);
$downstream->safe_psql('postgres', 'INSERT INTO t VALUES (1, 0)');
$reader = $downstream->background_psql('postgres', on_error_stop => 1);
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
$downstream->safe_psql('postgres', 'SELECT pg_current_xact_id()'); # so that the snapshot is an older one
$upstream->safe_psql('postgres', 'CREATE INDEX div_last ON t ((a / b))');
wait_until($downstream, "SELECT state = 'retrying' FROM follow_status");
my $newer = $downstream->background_psql('postgres', on_error_stop => 1);
$newer->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TABLE newer (i int)');
$reader->quit;
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
$newer->quit;
$downstream->safe_psql('postgres', 'DELETE FROM t WHERE b = 0; SELECT resume_follow()');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT count(*) FROM pg_indexes WHERE indexname = 'div_last'"),
	'1', 'resume_follow goes on when the row is gone');

done_testing();
