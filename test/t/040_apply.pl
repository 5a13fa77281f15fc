# How the worker applies: as whom, in which order, and in runs and groups that nobody can tell from single statements.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "pg_follower.restart_interval = 1\n");

for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres',
		'CREATE ROLE alice; CREATE ROLE bob; GRANT CREATE, USAGE ON SCHEMA public TO alice, bob');
}
start_follow($downstream, $upstream);

# Runs each statement upstream as a transaction of its own, while the follow is stopped, so that they come as a group.
sub in_group
{
	my (@statements) = @_;
	$downstream->safe_psql('postgres', 'SELECT stop_follow()');
	$upstream->safe_psql('postgres', join("\n", map { "$_;" } @statements));
	$downstream->safe_psql('postgres', 'SELECT resume_follow()');
	return;
}

sub down { return $downstream->safe_psql('postgres', $_[0]); }

# ------------------------------------------------------------------------------------------------------ runs and groups
$upstream->safe_psql('postgres', q{
	CREATE TABLE a (id int PRIMARY KEY, n int, t text);
	CREATE TABLE b (id numeric PRIMARY KEY, n int);
	CREATE TABLE u (id int PRIMARY KEY, other int UNIQUE);
	INSERT INTO u SELECT g, g FROM generate_series(1, 100) AS g;
});
wait_for_follow($downstream);
my $commits = down("SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'");
in_group(
	(map { ("INSERT INTO a VALUES ($_, 0, 'x')", "INSERT INTO b VALUES ($_, 0)") } 1 .. 50),
	(map { ('UPDATE a SET n = n + 1 WHERE id = ' . ($_ % 5 + 1), "UPDATE b SET n = n + $_ WHERE id = 7") } 1 .. 50),
	'DELETE FROM a WHERE id > 40',
	"INSERT INTO a VALUES (41, 1, 'again')",
	'UPDATE a SET id = id + 1000 WHERE id <= 2',
	'UPDATE a SET id = id - 1000 WHERE id > 1000',
	"UPDATE a SET t = repeat('long', 10000) WHERE id = 3",
	'UPDATE a SET n = 77 WHERE id = 3',
	'UPDATE b SET id = 7.00 WHERE id = 7',
	'UPDATE b SET n = 1 WHERE id = 7',
	'DELETE FROM b WHERE id = 7',
	'INSERT INTO b VALUES (7, 2)',
	'UPDATE b SET n = 3 WHERE id = 7',
	'BEGIN; UPDATE a SET n = 1; UPDATE a SET n = 2; DELETE FROM a WHERE id = 1;
		INSERT INTO a VALUES (1, 3, NULL); COMMIT'
);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'changes of the same rows in a group of transactions');
is(down('SELECT rows_missing FROM follow_status'), '0', 'every row was found');

$upstream->safe_psql('postgres', q{
	BEGIN; SET CONSTRAINTS ALL DEFERRED; UPDATE u SET other = -other; UPDATE u SET other = 101 + other; COMMIT;
	UPDATE u SET id = id + 1000;
	ALTER TABLE u ADD CONSTRAINT later UNIQUE (id, other) DEFERRABLE INITIALLY DEFERRED;
	UPDATE u SET other = id;
});
wait_for_follow($downstream);
is_same($upstream, $downstream, 'updates that need their order for another unique index');

in_group(
	"CREATE TYPE mood AS ENUM ('sad')", 'CREATE TABLE m (id int PRIMARY KEY, mood mood)',
	"INSERT INTO m VALUES (1, 'sad')", "ALTER TYPE mood ADD VALUE 'glad'", "INSERT INTO m VALUES (2, 'glad')",
	'ALTER TABLE m ADD COLUMN extra int DEFAULT 5', "INSERT INTO m VALUES (3, 'glad', 6)", 'DROP TABLE a',
	'CREATE TABLE a (id text PRIMARY KEY, n bigint)', "INSERT INTO a VALUES ('one', 1)", "UPDATE a SET n = 2",
	'TRUNCATE b', 'INSERT INTO b VALUES (1, 1)');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'DDL between the rows of a group');

# Rows that are not there, in the middle of runs.
$upstream->safe_psql('postgres', 'CREATE TABLE gaps (id int PRIMARY KEY, n int);
	INSERT INTO gaps SELECT g, 0 FROM generate_series(1, 1000) AS g');
wait_for_follow($downstream);
down('DELETE FROM gaps WHERE id % 100 = 0');
$upstream->safe_psql('postgres', 'UPDATE gaps SET n = n + 1; DELETE FROM gaps WHERE id > 800');
wait_for_follow($downstream);
is(down('SELECT rows_missing FROM follow_status'), '12', 'rows missing from runs are counted one by one');
is(down('SELECT count(*), sum(n) FROM gaps'), '792|792', 'the others are changed once');
like(slurp_file($downstream->logfile),
	qr/did not find the row of table "public.gaps" for UPDATE.*\n.*Row with id = '100'/, 'the first is logged');

is(down("SELECT command, object, split_part(reason, ':', 1) FROM follower.unsupported ORDER BY command DESC"),
	"UPDATE|table public.gaps|10 rows were not found here\nDELETE|table public.gaps|2 rows were not found here",
	'all are recorded');
down('UPDATE follower.unsupported SET resolved_at = now()');
$upstream->safe_psql('postgres', 'DROP TABLE gaps');

# A table that holds more rows than a run, and a transaction of many.
$upstream->safe_psql('postgres', q{
	CREATE TABLE many (id int PRIMARY KEY, n int);
	INSERT INTO many SELECT g, g FROM generate_series(1, 5500) AS g;
	UPDATE many SET n = n * 2;
	DELETE FROM many WHERE id % 3 = 0;
});
wait_for_follow($downstream);
is_same($upstream, $downstream, 'more rows than a run takes');

# ------------------------------------------------------------------------------------------------------------- triggers
for my $table ('noted', 'noted_too')
{
	$upstream->safe_psql('postgres', "CREATE TABLE $table (id int PRIMARY KEY, n int)");
}
wait_for_follow($downstream);
down(q{
	CREATE TABLE note (at serial, what text);
	CREATE FUNCTION take_note() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.note (what) VALUES (format('%s %s %s %s', TG_TABLE_NAME, TG_OP,
			coalesce(new.id, old.id), current_user));
		RETURN new;
	END $$;
	CREATE TRIGGER quiet AFTER INSERT ON noted FOR EACH ROW EXECUTE FUNCTION take_note();
});
$upstream->safe_psql('postgres', 'INSERT INTO noted VALUES (100, 0)');
wait_for_follow($downstream);
is(down('SELECT count(*) FROM note'), '0', 'an ordinary trigger does not fire');
for my $table ('noted', 'noted_too')
{
	down("CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION take_note();
		ALTER TABLE $table ENABLE ALWAYS TRIGGER always");
}
down('ALTER TABLE noted OWNER TO alice; GRANT INSERT ON note TO alice; GRANT USAGE ON SEQUENCE note_at_seq TO alice');
in_group(
	'INSERT INTO noted VALUES (1, 0), (2, 0)',
	'INSERT INTO noted_too VALUES (1, 0)',
	'UPDATE noted SET n = 1 WHERE id = 1',
	'UPDATE noted SET n = 2 WHERE id = 1',
	'DELETE FROM noted WHERE id = 2'
);
wait_for_follow($downstream);
is( down("SELECT string_agg(what, ',' ORDER BY at) FROM note"),
	'noted INSERT 1 alice,noted INSERT 2 alice,noted_too INSERT 1 postgres,noted UPDATE 1 alice,noted UPDATE 1 alice,'
	. 'noted DELETE 2 alice',
	'one that is enabled always fires for each row, in order, as the owner of its table');

# ---------------------------------------------------------------------------------------------------------------- roles
$upstream->safe_psql('postgres', 'SET ROLE alice; CREATE TABLE own (id int PRIMARY KEY, who text)');
wait_for_follow($downstream);
is(down("SELECT relowner::regrole FROM pg_class WHERE relname = 'own'"), 'alice', 'DDL is applied as who ran it');
down('ALTER TABLE own ENABLE ROW LEVEL SECURITY; ALTER TABLE own FORCE ROW LEVEL SECURITY');
$upstream->safe_psql('postgres', "INSERT INTO own VALUES (1, 'x'), (2, 'y'); UPDATE own SET who = 'z' WHERE id = 1;
	DELETE FROM own WHERE id = 2");
wait_for_follow($downstream);
is(down('SELECT * FROM own'), '1|z', 'row security that is forced on the owner does not hold for the worker');

# A constraint of the downstream's own runs as the owner, and may not become anybody else.
down(q{
	CREATE FUNCTION spy(text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		IF current_user <> 'alice' THEN RAISE EXCEPTION 'checked as %', current_user; END IF;
		RETURN true;
	END $$;
	ALTER TABLE own ADD CONSTRAINT spy CHECK (spy(who)) NOT VALID;
});
$upstream->safe_psql('postgres', "INSERT INTO own VALUES (3, 'c'), (4, 'd')");
wait_for_follow($downstream);
is(down('SELECT count(*) FROM own'), '3', 'constraints are checked as the owner');
down(q{
	CREATE OR REPLACE FUNCTION spy(text) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		SET ROLE postgres;
		RETURN true;
	END $$;
});
$upstream->safe_psql('postgres', "INSERT INTO own VALUES (5, 'e')");
my ($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like(
	$err,
	qr/has failed: cannot set parameter "role" within security-(restricted|definer)/,
	'and cannot change the role'
);
down('ALTER TABLE own DROP CONSTRAINT spy');
down('SELECT resume_follow()');
wait_for_follow($downstream);

# TRUNCATE as the owner.
$upstream->safe_psql('postgres', 'TRUNCATE own');
wait_for_follow($downstream);
is(down('SELECT count(*) FROM own'), '0', 'TRUNCATE is applied');
$upstream->safe_psql('postgres', 'INSERT INTO own VALUES (1, 2); TRUNCATE own, m');
wait_for_follow($downstream);
is(down('SELECT (SELECT count(*) FROM own) + (SELECT count(*) FROM m)'), '0', 'of tables of two owners, too');
down(
	'CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
	CREATE TRIGGER always AFTER TRUNCATE ON own EXECUTE FUNCTION nothing();
	ALTER TABLE own ENABLE ALWAYS TRIGGER always'
);
$upstream->safe_psql('postgres', 'TRUNCATE own, m');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like($err, qr/has failed: cannot truncate tables that have TRUNCATE triggers enabled for replicas/,
	'but not where a trigger would run');
down('DROP TRIGGER always ON own; SELECT resume_follow()');
wait_for_follow($downstream);

# An owner who has revoked its own privileges.
$upstream->safe_psql('postgres', q{
	SET ROLE alice;
	CREATE TABLE revoked (id int PRIMARY KEY, t text);
	REVOKE ALL ON revoked FROM alice;
	RESET ROLE;
	INSERT INTO revoked SELECT g, 'x' FROM generate_series(1, 2000) AS g;
	UPDATE revoked SET t = 'y' WHERE id % 2 = 0;
	DELETE FROM revoked WHERE id % 3 = 0;
	INSERT INTO revoked VALUES (9999, 'single');
});
wait_for_follow($downstream);
my $revoked_rows = "SELECT count(*), sum(hashtext(r::text)) FROM revoked AS r";
is(down($revoked_rows), $upstream->safe_psql('postgres', $revoked_rows),
	'rows of a table whose owner has no privileges on it');
$upstream->safe_psql('postgres', "TRUNCATE revoked; INSERT INTO revoked VALUES (1, 'last')");
wait_for_follow($downstream);
is(down('SELECT t FROM revoked'), 'last', 'TRUNCATE of such a table');

# A role that is missing.
$upstream->safe_psql('postgres', 'CREATE ROLE carol SUPERUSER');
$upstream->safe_psql('postgres', 'SET ROLE carol; CREATE TABLE of_carol (id int)');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like(
	$err,
	qr/has\ failed:\ role\ "carol",\ which\ ran\ a\ command\ on\ the\ upstream,\ does\ not\ exist\ on\ this\ server\n
		HINT:\ \ Create\ the\ role/x,
	'a role that is missing');
down('CREATE ROLE carol SUPERUSER; SELECT resume_follow()');
wait_for_follow($downstream);
is(down("SELECT relowner::regrole FROM pg_class WHERE relname = 'of_carol'"), 'carol', 'it goes on with the role');

# ------------------------------------------------------------------------------------ tables that differ on this server
$upstream->safe_psql('postgres', 'CREATE TABLE differs (id int PRIMARY KEY, n int)');
wait_for_follow($downstream);
down('ALTER TABLE differs DROP COLUMN n');
$upstream->safe_psql('postgres', 'INSERT INTO differs VALUES (1, 1)');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like(
	$err,
	qr/column "n" of table "differs" does not exist on this server\nHINT:  Make the table as it is/,
	'a column that is missing'
);
down('DROP TABLE differs; SELECT resume_follow()');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like(
	$err,
	qr/table "public.differs" does not exist on this server\nHINT:  Make the table as it is/,
	'a table that is missing'
);
down('CREATE VIEW differs AS SELECT 1 AS id, 2 AS n; SELECT resume_follow()');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like($err, qr/"public.differs" is not a table on this server/, 'a view in its place');
down(
	'DROP VIEW differs; CREATE TABLE differs (n bigint, extra int DEFAULT 3, id int PRIMARY KEY);
		SELECT resume_follow()'
);
wait_for_follow($downstream);
is(down('SELECT id, n, extra FROM differs'), '1|1|3', 'columns go by name');

# The same table, changed here while the worker has its statements.
for my $change (
	'ALTER COLUMN n TYPE text',
	'ADD COLUMN more int',
	'DROP COLUMN extra',
	'ALTER COLUMN n TYPE numeric(9,3) USING n::numeric'
  )
{
	down("ALTER TABLE differs $change");
	$upstream->safe_psql('postgres',
		'INSERT INTO differs SELECT max(id) + 1, 5 FROM differs; UPDATE differs SET n = n + 1');
	wait_for_follow($downstream);
}
is(down('SELECT count(*), sum(n) FROM differs'),
	$upstream->safe_psql('postgres', "SELECT count(*), sum(n) || '.000' FROM differs"),
	'statements survive changes of their table');

# -------------------------------------------------------------------------------------------------- what cannot follow
$upstream->safe_psql('postgres', 'CREATE TABLE blind (id int); ALTER TABLE blind REPLICA IDENTITY NOTHING;
	INSERT INTO blind VALUES (1), (2); DELETE FROM blind WHERE id = 1');
wait_for_follow($downstream);
is( down("SELECT command, object, reason <> '', commit_lsn > '0/0' FROM follower.unsupported
		WHERE resolved_at IS NULL"),
	'DELETE|table public.blind|t|t',
	'what cannot follow is recorded');
is(down('SELECT unsupported FROM follow_status'), '1', 'and counted');
$downstream->append_conf('postgresql.conf', "pg_follower.on_unsupported = 'stop'\n");
$downstream->reload;
$upstream->safe_psql('postgres', 'DELETE FROM blind WHERE id = 2');
($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
like($err, qr/has failed: DELETE of the upstream cannot follow\nDETAIL:  Object: table public.blind. Reason: .*\nHINT:/,
	'or stops the follow');
$downstream->append_conf('postgresql.conf', "pg_follower.on_unsupported = 'record'\n");
$downstream->reload;
down('SELECT resume_follow()');
wait_for_follow($downstream);
is(down('SELECT unsupported FROM follow_status'), '2', 'as the setting says');

done_testing();
