# skip_transaction leaves out exactly the transaction that fails, once, and follower.skipped keeps it so that it can be
# applied by hand.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

start_follow($downstream, $upstream, name => 'shop');
sub wait_here { return wait_for_follow($downstream, name => 'shop') }

# The error of a statement on the downstream.
sub refusal
{
	my ($sql) = @_;
	$downstream->psql('postgres', $sql, stderr => \my $message);
	return $message;
}

# Waits until the follow has failed, and returns the commit position of the transaction that fails.
sub failing
{
	wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
	return down('SELECT last_error_lsn FROM follow_status');
}

up(q{
	CREATE TYPE pair AS (a int, b text);
	CREATE DOMAIN short AS text CHECK (length(value) < 10);
	CREATE TABLE t (id int PRIMARY KEY, note text, p pair, d short, "odd $1 ""name""" bytea, c char(4));
	CREATE TABLE keyless (i int, f float8, j json, at timestamptz);
	CREATE TABLE always (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
	INSERT INTO t VALUES (1, 'one', '(1,x)', 'y', '\x00ff', 'ab'), (2, 'two', NULL, NULL, NULL, NULL);
	INSERT INTO keyless VALUES (1, 'NaN', '{"a": 1}', '2026-01-01'), (1, 'NaN', '{"a": 1}', '2026-01-01'),
		(NULL, -0, NULL, 'infinity');
	INSERT INTO always (note) VALUES ('x');
});
wait_here();
like(refusal("SELECT skip_transaction('0/1', 'shop')"),
	qr/is not one that fails in follow "shop"\nDETAIL:  No transaction fails/,
	'where nothing fails, nothing is left out');
like(refusal("SELECT skip_transaction('0/1')"), qr/follow "default" does not exist/,
	'nor of a follow that is not there');
like(refusal("SELECT skip_transaction(NULL)"), qr/lsn must not be null/, 'a position is needed');

# --------------------------------------------------------------------------------- a transaction with all kinds of rows
down("INSERT INTO t VALUES (4, 'local')");
up(q{
	BEGIN;
	INSERT INTO t VALUES (3, E'it''s \\\\ "q" $1', ROW(3, 'z,"'), 'd', '\x27', 'x');
	UPDATE t SET note = NULL, p = ROW(NULL, '') WHERE id = 1;
	UPDATE t SET id = 20 WHERE id = 2;
	DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE i = 1);
	UPDATE keyless SET f = 2, at = '2000-02-29 12:00+02' WHERE i IS NULL;
	UPDATE always SET id = DEFAULT, note = 'y';
	CREATE TABLE made (id int PRIMARY KEY);
	INSERT INTO made VALUES (7);
	INSERT INTO t VALUES (4, 'upstream');
	DELETE FROM t WHERE id = 4;
	COMMIT});
up("INSERT INTO t VALUES (5, 'next')");
my $lsn = failing();
like(refusal("SELECT skip_transaction('$lsn'::pg_lsn + 1, 'shop')"), qr/DETAIL:  The one that fails committed at $lsn/,
	'only the one that fails can be left out');
is(down('SELECT state FROM follow_status'), 'failed', 'a refused call changes nothing');
down("BEGIN; SELECT skip_transaction('$lsn', 'shop'); ROLLBACK");
is(down('SELECT state FROM follow_status'), 'failed', 'nor does one that is rolled back');
my $transactions = down('SELECT transactions FROM follow_status');
down("SELECT skip_transaction('$lsn', 'shop')");
wait_here();
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM t'), '1one 2two 4local 5next',
	'the transaction is left out, and the next one is here');
is(down("SELECT to_regclass('made') IS NULL, (SELECT count(*) FROM keyless)"), 't|3', 'with all that it did');
is(down('SELECT transactions, skipped, last_error_resolved_at IS NOT NULL FROM follow_status'),
	$transactions + 1 . '|1|t', 'it is counted as left out, not as applied');
is(down('SELECT DISTINCT follow_name, commit_lsn FROM follower.skipped'), "shop|$lsn", 'follower.skipped names it');
is( down('SELECT string_agg(command, $$ $$ ORDER BY number) FROM follower.skipped'),
	'INSERT UPDATE UPDATE DELETE UPDATE UPDATE CREATE TABLE INSERT INSERT DELETE',
	'and has its statements in their order');
is(down('SELECT role FROM follower.skipped WHERE command = $$CREATE TABLE$$'), 'postgres', 'a command with its role');
is(slurp_file($downstream->logfile) =~ s/the transaction of the upstream that committed at $lsn was left out//gr
	  =~ /was left out/ ? 1 : 0, 0, 'the log names it once');

# By hand, what was in its way aside.
down('DELETE FROM t WHERE id = 4');
my ($status, $out, $err) = $downstream->psql('postgres',
	"SET session_replication_role = replica;\nSELECT statement FROM follower.skipped ORDER BY number \\gexec\n");
is($err, '', 'the statements run as they are');
down('UPDATE follower.skipped SET resolved_at = now()');
is_same($upstream, $downstream, 'and give what the upstream has');
is(down('SELECT skipped FROM follow_status'), '0', 'what somebody has resolved counts no more');

# ------------------------------------------------------------------------------------------- once, and nothing but that
down("INSERT INTO t VALUES (6, 'local'), (7, 'local')");
up("INSERT INTO t VALUES (6, 'upstream')");
up("INSERT INTO t VALUES (7, 'upstream')");
$lsn = failing();
down("SELECT skip_transaction('$lsn', 'shop')");
wait_until($downstream, "SELECT state = 'failed' AND last_error_lsn > '$lsn' FROM follow_status");
like(refusal("SELECT skip_transaction('$lsn', 'shop')"), qr/is not one that fails/, 'a position serves once');
down('DELETE FROM t WHERE id = 7');
down("SELECT resume_follow('shop')");
wait_here();
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM t WHERE id IN (6, 7)'), '6local 7upstream',
	'the next one is not left out');
# A crash between the call and the transaction changes nothing.
up("UPDATE t SET note = 'local' WHERE id = 6");
down("INSERT INTO t VALUES (8, 'local')");
wait_here();
up("INSERT INTO t VALUES (8, 'upstream'), (9, 'upstream')");
$lsn = failing();
my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK follower.skipped IN EXCLUSIVE MODE');
down("SELECT skip_transaction('$lsn', 'shop')");
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
$downstream->stop('immediate');
$downstream->start;
down("SELECT resume_follow('shop')");
wait_here();
$locker->{run}->kill_kill;
is(down("SELECT count(*) FROM follower.skipped WHERE commit_lsn = '$lsn'"), '2', 'it is left out once after a crash');
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM t WHERE id IN (8, 9)'), '8local', 'and not applied');
down("DELETE FROM t WHERE id = 8; INSERT INTO t VALUES (8, 'upstream'), (9, 'upstream')");

# -------------------------------------------------------------------------------------------------------- by a setting
$downstream->append_conf('postgresql.conf', "pg_follower.on_error = skip_and_record\n");
$downstream->reload;
down('DELETE FROM follower.skipped; CREATE TABLE twice (id int)');
down("INSERT INTO t VALUES (30, 'local')");
up('CREATE TABLE twice (id int, more text)');
up('BEGIN; INSERT INTO t VALUES (31); INSERT INTO t VALUES (30); COMMIT');
up("INSERT INTO twice VALUES (1, 'x')");
up("TRUNCATE twice");
up("CREATE TABLE after_all (id int)");
wait_here();
is( down('SELECT statement FROM follower.skipped ORDER BY commit_lsn, number'),
	"CREATE TABLE public.twice (id integer, more text)\n"
	. "ALTER TABLE public.twice REPLICA IDENTITY FULL\n"
	. "INSERT INTO public.t (id, note, p, d, \"odd \$1 \"\"name\"\"\", c) VALUES ('31', NULL, NULL, NULL, NULL, NULL)\n"
	. "INSERT INTO public.t (id, note, p, d, \"odd \$1 \"\"name\"\"\", c) VALUES ('30', NULL, NULL, NULL, NULL, NULL)\n"
	. "INSERT INTO public.twice (id, more) VALUES ('1', 'x')",
	'pg_follower.on_error = skip_and_record leaves out what fails, by itself');
is(down("SELECT skipped, to_regclass('after_all') IS NOT NULL, state FROM follow_status"), '3|t|streaming',
	'and goes on');

done_testing();
