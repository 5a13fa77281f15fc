# Transactions that are streamed while they are open: with a threshold of 64 kB, every larger one is.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $config = "pg_follower.streaming = on\npg_follower.stream_threshold = 64kB\n";
my ($upstream, $downstream) = pgf_pair(config => $config);
$downstream->append_conf('postgresql.conf', "restart_after_crash = on\n");
$downstream->reload;

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

# How often the upstream has streamed, as a comparison with the number before.
sub streamed { return up("SELECT coalesce(sum(stream_txns), 0) FROM pg_stat_replication_slots") }

# Files that hold open transactions.
sub spools
{
	return down("SELECT count(*) FROM pg_ls_dir('base/pgsql_tmp', true, false) AS name WHERE name LIKE '%follow%'");
}

sub is_same_after
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
	is(spools(), 0, "$what: no file is left");
	return;
}

# A statement whose rows are streamed at once.
sub rows
{
	my ($from, $count) = (@_, 1000);
	return "INSERT INTO t SELECT i, repeat(md5(i::text), 4) FROM generate_series($from, $from + $count - 1) AS i";
}

# Ends a process of the downstream, and waits until the server is there again.
sub end_process
{
	my ($signal, $pid) = @_;
	my $log_end = -s $downstream->logfile;
	kill $signal, $pid;
	$downstream->wait_for_log(qr/all server processes terminated/, $log_end) if $signal eq 'KILL';
	usleep(20_000) while system('pg_isready', '-q', '-h', $downstream->host, '-p', $downstream->port) != 0;
	return;
}

# Waits until so many open transactions are kept.
sub kept
{
	my ($count) = @_;
	wait_until($downstream,
		"SELECT count(*) = $count FROM pg_ls_dir('base/pgsql_tmp', true, false) AS name WHERE name LIKE '%follow%'");
	return;
}

start_follow($downstream, $upstream);
up(q{
	CREATE TABLE t (id int PRIMARY KEY, note text);
	CREATE TABLE keyless (id int, note text);
	CREATE TABLE small (id serial PRIMARY KEY, note text);
	CREATE TABLE wide (id int PRIMARY KEY, big text, n int);
	ALTER TABLE wide ALTER big SET STORAGE external;
});
wait_for_follow($downstream);

# -------------------------------------------------------------------------------------------------- commit and rollback
my $before = streamed();
up('BEGIN; ' . rows(1, 20000) . '; UPDATE t SET note = note || id WHERE id % 2 = 0;
	DELETE FROM t WHERE id % 5 = 0; COMMIT');
is_same_after('a large transaction');
cmp_ok(streamed(), '>', $before, 'it was streamed');

my $session = open_transaction($upstream);
$session->query_safe(rows(100001));
kept(1);
is(down('SELECT count(*) FROM t WHERE id > 100000'), 0, 'nothing of an open transaction is to be seen');
up("INSERT INTO small (note) VALUES ('meanwhile')");
wait_for_follow($downstream);
is(down("SELECT count(*) FROM small WHERE note = 'meanwhile'"), 1, 'another one passes it');
$session->query_safe('ROLLBACK');
is_same_after('a rollback');

# ------------------------------------------------------------------------------------------------------ subtransactions
$session = open_transaction($upstream);
$session->query_safe(rows(110001) . '; SAVEPOINT a; ' . rows(111001) . '; SAVEPOINT b; ' . rows(112001));
$session->query_safe('ROLLBACK TO b; ' . rows(113001) . '; RELEASE a; SAVEPOINT c; ' . rows(114001));
# A table that is first written to in what is rolled back: its statements are defined again.
$session->query_safe("INSERT INTO keyless SELECT i, 'gone' FROM generate_series(1, 3000) AS i; ROLLBACK TO c");
$session->query_safe("INSERT INTO keyless SELECT i, 'stays' FROM generate_series(1, 3000) AS i");
$session->query_safe("SAVEPOINT d; UPDATE keyless SET note = 'gone'; SAVEPOINT e; DELETE FROM keyless WHERE id < 100");
$session->query_safe("RELEASE e; ROLLBACK TO d; UPDATE keyless SET note = 'kept' WHERE id % 3 = 0");
kept(1);
$session->query_safe('COMMIT');
is_same_after('savepoints');

up(q{
	DO $$
	BEGIN
		FOR i IN 1 .. 3000 LOOP
			BEGIN
				INSERT INTO t VALUES (200000 + i, repeat('x', 100));
				IF i % 3 = 0 THEN
					RAISE EXCEPTION 'no';
				END IF;
			EXCEPTION WHEN raise_exception THEN
				INSERT INTO small (note) VALUES ('instead of ' || i);
			END;
		END LOOP;
	END $$;
});
is_same_after('thousands of subtransactions');

# ------------------------------------------------------------------------------------------------------------------ DDL
$session = open_transaction($upstream);
$session->query_safe('CREATE TABLE made (id int PRIMARY KEY, a text)');
$session->query_safe('INSERT INTO made SELECT i, repeat(md5(i::text), 3) FROM generate_series(1, 2000) AS i');
# What is rolled back changes no table that a later command changes: with that, decoding that is late fails in the
# server ("could not map filenumber", also with test_decoding). See docs/operations.md. And on version 18, a server with
# assertions may fail one of its own where a catalog row takes the place of one that was rolled back ("ent->cmin ==
# change->data.tuplecid.cmin").
my $rolls_back = $upstream_major < 18 || $upstream->safe_psql('postgres', 'SHOW debug_assertions') eq 'off';
my ($begin, $end) = $rolls_back ? ('SAVEPOINT s;', 'ROLLBACK TO s;') : ('', 'ALTER TABLE t RENAME remark TO note;');
$session->query_safe("$begin CREATE TABLE b (id int); ALTER TABLE t RENAME note TO remark");
$session->query_safe('UPDATE made SET a = a || id; UPDATE t SET remark = remark || 1 WHERE id < 3000');
$session->query_safe("$end UPDATE made SET a = a || a; UPDATE t SET note = note || 2 WHERE id < 3000");
$session->query_safe('ALTER TABLE made ADD c timestamptz DEFAULT clock_timestamp(),
	ADD d int GENERATED ALWAYS AS IDENTITY');
$session->query_safe('UPDATE made SET a = a || id; ALTER TABLE made ALTER a TYPE varchar(4000) USING left(a, 100)');
$session->query_safe("CREATE TYPE mood AS ENUM ('low', 'high'); ALTER TABLE made ADD m mood DEFAULT 'low'");
$session->query_safe("UPDATE made SET m = 'high' WHERE id % 2 = 0");
$session->query_safe('SAVEPOINT u; TRUNCATE made; ROLLBACK TO u') if $rolls_back;
$session->query_safe('TRUNCATE keyless');
$session->query_safe("CREATE TABLE filled AS SELECT i, random() AS r FROM generate_series(1, 5000) AS i");
kept(1);
is(down("SELECT to_regclass('made')"), '', 'DDL is not to be seen before the commit');
$session->query_safe('COMMIT');
is_same_after('DDL and rows');

# ----------------------------------------------------------------------------------------- several at a time, and TOAST
my @sessions = map { open_transaction($upstream) } 1 .. 3;
for my $turn (0 .. 4)
{
	for my $i (0 .. $#sessions)
	{
		my $from = 300001 + 100000 * $i + 1000 * $turn;
		$sessions[$i]->query_safe(rows($from));
		up("INSERT INTO small (note) SELECT 'turn $turn' FROM generate_series(1, 10)");
	}
	$sessions[0]->query_safe("INSERT INTO wide SELECT $turn * 100 + i, repeat(md5(i::text), 1000), 0
		FROM generate_series(1, 20) AS i; UPDATE wide SET n = n + 1");
	$sessions[1]->query_safe('UPDATE t SET note = note || 1 WHERE id > 400000');
}
kept(3);
$sessions[1]->query_safe('COMMIT');
$sessions[2]->query_safe('ROLLBACK');
$sessions[0]->query_safe('COMMIT');
is_same_after('three at a time');

# A prepared one comes at COMMIT PREPARED.
SKIP: {
	skip 'prepared transactions are off', 2 if up('SHOW max_prepared_transactions') == 0;
	up('BEGIN; ' . rows(600001) . "; PREPARE TRANSACTION 'kept'");
	up("COMMIT PREPARED 'kept'");
	is_same_after('a prepared transaction');
}

# --------------------------------------------------------------------------------------------- the end of a process
for my $signal ('TERM', 'KILL')
{
	$session = open_transaction($upstream);
	$session->query_safe(rows($signal eq 'TERM' ? 700001 : 710001, 3000));
	kept(1);
	my $pid = worker_pid($downstream);
	end_process($signal, $pid);
	wait_until($downstream, "SELECT count(*) = 1 FROM follow_status WHERE pid <> $pid AND state = 'streaming'");
	kept(1);
	$session->query_safe(rows($signal eq 'TERM' ? 705001 : 715001, 3000));
	$session->query_safe('COMMIT');
	is_same_after("SIG$signal while a transaction is open");
}

$session = open_transaction($upstream);
$session->query_safe(rows(720001));
kept(1);
up("SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
$session->query_safe(rows(721001));
$session->query_safe('COMMIT');
is_same_after('the end of the walsender');

$session = open_transaction($upstream);
$session->query_safe(rows(730001));
kept(1);
$downstream->stop('immediate');
$session->query_safe(rows(731001));
$downstream->start;
$session->query_safe('COMMIT');
# Without the library preloaded, somebody has to go on.
down('SELECT resume_follow()');
is_same_after('a crash of the downstream');

$session = open_transaction($upstream);
$session->query_safe(rows(740001));
kept(1);
# The server has gone when its transaction could have ended.
$upstream->stop('immediate');
$upstream->start;
wait_until($downstream, "SELECT state = 'streaming' FROM follow_status");
is_same_after('a crash of the upstream');

# --------------------------------------------------------------------------------------------------------------- errors
down("INSERT INTO t VALUES (750500, 'local')");
up('BEGIN; ' . rows(750001) . '; COMMIT');
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
is(down('SELECT last_error_object, last_error_command FROM follow_status'),
	'table public.t|INSERT', 'an error names the table');
like(
	down('SELECT last_error_statement FROM follow_status'),
	qr/750500/, 'and the row');
down("DELETE FROM t WHERE id = 750500; SELECT resume_follow()");
is_same_after('an error whose cause is gone');

down("INSERT INTO t VALUES (760500, 'local')");
up('BEGIN; ' . rows(760001) . '; COMMIT');
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
down("SELECT skip_transaction(last_error_lsn) FROM follow_status");
wait_for_follow($downstream);
is(down('SELECT count(*) FROM follower.skipped'), 1000, 'a transaction that is left out is kept');
up('DELETE FROM t WHERE id BETWEEN 760001 AND 761000');
down('DELETE FROM t WHERE id = 760500');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------- stop, and turned off
$session = open_transaction($upstream);
$session->query_safe(rows(770001));
kept(1);
down('SELECT stop_follow()');
is(spools(), 0, 'a worker that stops leaves no file');
down('ALTER SYSTEM SET pg_follower.streaming = off; SELECT pg_reload_conf()');
down('SELECT resume_follow()');
$session->query_safe(rows(771001));
up("INSERT INTO small (note) VALUES ('meanwhile')");
wait_for_follow($downstream);
is(spools(), 0, 'where it is turned off nothing is streamed');
$session->query_safe('COMMIT');
is_same_after('a transaction that was streamed before');

done_testing();
