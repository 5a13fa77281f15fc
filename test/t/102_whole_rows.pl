# Tables without a key, whose rows are found by all that they hold: gathered changes take the rows that single ones
# would have taken, and do not read the table for each.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "pg_follower.restart_interval = 1\nautovacuum = off\n");
start_follow($downstream, $upstream);

sub up { return $upstream->safe_psql('postgres', $_[0]); }
sub down { return $downstream->safe_psql('postgres', $_[0]); }

# Runs the statements upstream, each as a transaction of its own, while the follow is stopped, so that they come as a
# group, and compares both sides.
sub same_after
{
	my ($what, @statements) = @_;
	down('SELECT stop_follow()');
	up(join("\n", map { "$_;" } @statements));
	down('SELECT resume_follow()');
	wait_for_follow($downstream);
	return is_same($upstream, $downstream, $what);
}

# Everything here is to be found, until the part about what is missing.
sub none_missing { return is(down('SELECT rows_missing FROM follow_status'), '0', $_[0]); }

# ------------------------------------------------------------------------------------------------------- equal rows
up(q{
	CREATE TABLE e (a int, t text);
	INSERT INTO e SELECT 1, 'same' FROM generate_series(1, 10);
	INSERT INTO e SELECT NULL, NULL FROM generate_series(1, 5);
	INSERT INTO e VALUES (1, NULL), (NULL, 'same'), (1, '');
});
wait_for_follow($downstream);
same_after('some of several equal rows',
	"DELETE FROM e WHERE ctid IN (SELECT ctid FROM e WHERE t = 'same' LIMIT 3)",
	"UPDATE e SET a = 2 WHERE ctid IN (SELECT ctid FROM e WHERE t = 'same' LIMIT 2)",
	'DELETE FROM e WHERE ctid = (SELECT ctid FROM e WHERE a IS NULL AND t IS NULL LIMIT 1)',
	"UPDATE e SET t = 'was null' WHERE ctid = (SELECT ctid FROM e WHERE a IS NULL AND t IS NULL LIMIT 1)");
is(down("SELECT count(*) FILTER (WHERE a = 1 AND t = 'same'), count(*) FILTER (WHERE a = 2),
		count(*) FILTER (WHERE a IS NULL AND t IS NULL) FROM e"),
	'5|2|3', 'are as many as upstream');

# ------------------------------------------------------------------------------------- changes that need each other
up('CREATE TABLE chain (a int, note text); INSERT INTO chain SELECT g, NULL FROM generate_series(1, 100) AS g');
wait_for_follow($downstream);
same_after('each row becomes the next one, from the first and from the last',
	'DO $$BEGIN FOR i IN 1 .. 99 LOOP UPDATE chain SET a = a + 1 WHERE a = i; END LOOP; END$$',
	'DO $$BEGIN FOR i IN REVERSE 99 .. 1 LOOP UPDATE chain SET a = a - 1 WHERE a = i + 1; END LOOP; END$$');
is(down('SELECT count(*), count(DISTINCT a) FROM chain'), '100|1', 'all are alike by then');
same_after('rows that change places',
	'TRUNCATE chain', 'INSERT INTO chain SELECT g FROM generate_series(1, 20) AS g',
	'BEGIN', 'UPDATE chain SET a = 100 WHERE a = 1', 'UPDATE chain SET a = 1 WHERE a = 2',
	'UPDATE chain SET a = 2 WHERE a = 100', 'COMMIT');
same_after('updated and deleted in one run, and there again',
	"UPDATE chain SET note = 'once' WHERE a <= 10", "UPDATE chain SET note = 'twice' WHERE a <= 5",
	'DELETE FROM chain WHERE a <= 3', "INSERT INTO chain VALUES (3, 'twice'), (3, 'twice'), (50, 'new')",
	'DELETE FROM chain WHERE ctid = (SELECT ctid FROM chain WHERE a = 3 LIMIT 1)',
	"UPDATE chain SET note = 'newer' WHERE a = 50", 'DELETE FROM chain WHERE a = 50',
	'UPDATE chain SET note = NULL WHERE a = 7', 'UPDATE chain SET a = a');
none_missing('every row was found');

# A scan of an index remembers the dead rows that it meets.
up(q{
	CREATE TABLE often (a int, note text);
	CREATE INDEX ON often (a);
	INSERT INTO often SELECT g % 500, 'note ' || g FROM generate_series(1, 5000) AS g;
});
for my $round (1 .. 3)
{
	up('UPDATE often SET a = a + 1000 WHERE a < 3; UPDATE often SET a = a - 1000 WHERE a >= 1000');
	wait_for_follow($downstream);
}
same_after('rows that an index finds among dead ones',
	map { ("UPDATE often SET note = note || '!' WHERE a = $_", "DELETE FROM often WHERE a = $_ AND note < 'note 2'") }
	  0 .. 2);
none_missing('every row among dead ones was found');

# --------------------------------------------------------------------------------------------------- kinds of values
up(q{
	CREATE TYPE mood AS ENUM ('sad', 'ok');
	CREATE DOMAIN tag AS text CHECK (VALUE <> 'bad');
	CREATE TYPE pair AS (x numeric, y point);
	CREATE TABLE v (n int, f8 float8, f4 float4, d numeric, j json, jb jsonb, p point, b bytea, a int[], m mood,
		g tag, c char(5), i interval, o oid, r pair, x xml, tz timestamptz, u bool, q "char", reg regclass);
	INSERT INTO v (n, f8, f4, d) VALUES (1, 0, 0, 1.0), (2, '-0', '-0', 1.00), (3, 'NaN', 'NaN', 'NaN'),
		(4, 0, 0, 1), (4, '-0', '-0', 1.0);
	INSERT INTO v (n, j, jb, p, b, a, m, g, c, i, o, r, x, tz, u, q, reg) SELECT g, '{"a":  1}', '{"a": 1.0}', '(1,2)',
		'\x00ff', '[0:1]={1,NULL}', 'ok', 'good', 'abc', '1 day 24:00', 4294967295, '(1.0,"(3,4)")', '<a>1</a>',
		'2024-02-29 12:00:00.123456+00', true, 'y', 'pg_class' FROM generate_series(10, 15) AS g;
});
wait_for_follow($downstream);
same_after('values that are equal and yet other ones',
	"UPDATE v SET n = n + 100 WHERE d::text = '1.0'",
	"DELETE FROM v WHERE f8::text = '-0' AND n < 100",
	"UPDATE v SET f8 = 1 WHERE f8 = 'NaN'", "UPDATE v SET f8 = '-0' WHERE n = 4");
same_after('types without equality, arrays, composites',
	q{UPDATE v SET j = '{"a": 1}' WHERE n = 10}, q{UPDATE v SET jb = '{"a": 1.00}' WHERE n = 11},
	q{UPDATE v SET p = '(2,1)', a = a || 7 WHERE n = 12}, 'DELETE FROM v WHERE n = 13',
	q{UPDATE v SET m = 'sad', g = 'better', c = 'x', r = '(1.00,)' WHERE n = 14}, 'UPDATE v SET n = n + 1 WHERE n > 9');
# The server keeps a bitmap of NULLs for an array that has lost its last one; an array that comes as text has none.
same_after('an array that has lost its last NULL',
	'CREATE TABLE arrays (a int[], b int[])',
	'INSERT INTO arrays SELECT ARRAY[1, NULL, g], ARRAY[g] FROM generate_series(1, 10) AS g',
	'UPDATE arrays SET a[2] = 2', 'UPDATE arrays SET b = b || a', 'DELETE FROM arrays WHERE a[3] = 5');
none_missing('every row of these was found');

# ------------------------------------------------------------------------------------------------------- large values
up(q{
	CREATE TABLE large (n int, plain text, packed text, other text);
	ALTER TABLE large ALTER plain SET STORAGE EXTERNAL;
	INSERT INTO large SELECT g, repeat(md5(g::text), 300), repeat('x', 20000) || g % 3, repeat('y', 3000)
		FROM generate_series(1, 30) AS g;
	CREATE TABLE documents (t text);
	INSERT INTO documents SELECT repeat(md5((g % 20)::text), 300) FROM generate_series(1, 60) AS g;
});
wait_for_follow($downstream);
my $toast = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'large'";
my $size = down($toast);
same_after('rows with large values that stay', 'UPDATE large SET n = n + 1', 'UPDATE large SET n = n + 1');
is(down($toast), $size, 'which are not stored again');
same_after('and that change',
	"UPDATE large SET plain = plain || '!' WHERE n % 2 = 0", "UPDATE large SET packed = 'short' WHERE n % 3 = 0",
	'UPDATE large SET n = -n', 'DELETE FROM large WHERE n = -10', "UPDATE large SET other = NULL WHERE n % 5 = 0");
same_after('rows that are nothing but large values of one length',
	"UPDATE documents SET t = upper(t) WHERE t LIKE '%a'",
	'DELETE FROM documents WHERE ctid IN (SELECT min(ctid) FROM documents GROUP BY t)');
none_missing('every large row was found');

# ------------------------------------------------------------------------------------------------ indexes and columns
up(q{
	CREATE TABLE uniq (a int UNIQUE, b int, EXCLUDE (b WITH =));
	INSERT INTO uniq SELECT g, g FROM generate_series(1, 50) AS g;
	ALTER TABLE uniq REPLICA IDENTITY FULL;
	CREATE TABLE parts (a int, b text) PARTITION BY LIST (a);
	CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1, 3);
	CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
	INSERT INTO parts SELECT g % 3 + 1, 'x' || g % 4 FROM generate_series(1, 40) AS g;
	CREATE TABLE made (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS IDENTITY, gone int,
		d text GENERATED ALWAYS AS (md5('x')) STORED, CHECK (a < 1000));
	INSERT INTO made (a) SELECT g % 10 FROM generate_series(1, 40) AS g;
	ALTER TABLE made DROP gone;
	CREATE INDEX ON made (b);
});
wait_for_follow($downstream);
same_after('what a unique index must see in order',
	'DO $$BEGIN FOR i IN REVERSE 50 .. 1 LOOP UPDATE uniq SET a = a + 1, b = b + 1 WHERE a = i; END LOOP; END$$',
	'BEGIN', 'UPDATE uniq SET a = NULL WHERE a = 10', 'UPDATE uniq SET a = 10 WHERE a = 11',
	'UPDATE uniq SET a = 11 WHERE a IS NULL', 'COMMIT', 'DELETE FROM uniq WHERE a = 20',
	'UPDATE uniq SET a = 20, b = -1 WHERE a = 21', 'INSERT INTO uniq VALUES (21, 21)', 'DELETE FROM uniq WHERE a = 21',
	'UPDATE uniq SET b = 0 WHERE a = 30', 'UPDATE uniq SET b = 100 WHERE b = 0');
same_after('partitions',
	"UPDATE parts SET b = 'y' WHERE a = 1 AND b = 'x1'", "UPDATE parts SET a = 2 WHERE b = 'x2'",
	"DELETE FROM parts WHERE ctid = '(0,1)'", 'UPDATE parts SET a = 3 WHERE a = 1');
same_after('generated columns, identity columns, dropped columns',
	'UPDATE made SET a = a + 1 WHERE a > 5', 'UPDATE made SET c = DEFAULT WHERE a = 3', 'DELETE FROM made WHERE b = 4',
	'INSERT INTO made (a) VALUES (77)', 'UPDATE made SET a = 78 WHERE a = 77');
down('ALTER TABLE made ADD here text DEFAULT $$local$$');
up('INSERT INTO made (a) VALUES (500); UPDATE made SET a = 501 WHERE a = 500; INSERT INTO made (a) VALUES (502);
	UPDATE made SET a = 1 WHERE a = 1');
wait_for_follow($downstream);
is(down('SELECT a, here FROM made WHERE a > 499 ORDER BY a'), "501|local\n502|local",
	'a column of this side keeps its default and its values');
down('ALTER TABLE made DROP here');
none_missing('every one of these rows was found');

# ------------------------------------------------------------------------------------------- how often a table is read
up('CREATE TABLE big (id int, n int, t text);
	INSERT INTO big SELECT g, 0, md5(g::text) FROM generate_series(1, 20000) g');
wait_for_follow($downstream);
sub scans
{
	# Figures come when the worker has nothing more to do.
	wait_until($downstream, "SELECT state = 'idle' FROM pg_stat_activity WHERE backend_type = 'pg_follower worker'");
	return down("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'big'");
}
my $before = scans();
same_after('many rows of a large table',
	'UPDATE big SET n = n + 1 WHERE id % 2 = 0', 'DELETE FROM big WHERE id % 50 = 0',
	'UPDATE big SET n = n + 1 FROM (SELECT id AS i FROM big ORDER BY md5(t)) AS s WHERE id = i');
cmp_ok(scans() - $before, '<', 50, 'the table is read a few times');
up('CREATE INDEX ON big (id); ANALYZE big');
wait_for_follow($downstream);
down('ANALYZE big');
my $scanned = scans();
my $index_scans = "SELECT coalesce(sum(idx_scan), 0) > 9 FROM pg_stat_user_indexes WHERE relname = 'big'";
for my $id (1 .. 10)
{
	up("UPDATE big SET n = 5 WHERE id = $id");
	wait_for_follow($downstream);
}
wait_until($downstream, $index_scans);
is(scans(), $scanned, 'for single rows an index serves');
is_same($upstream, $downstream, 'and finds them');
up('CREATE TABLE misled (k int, n int); CREATE INDEX ON misled (k);
	INSERT INTO misled SELECT g, g FROM generate_series(1, 2000) g');
wait_for_follow($downstream);
down('ANALYZE misled');
same_after('rows that an index finds badly, though statistics say otherwise',
	'UPDATE misled SET k = NULL', 'UPDATE misled SET n = n + 1 WHERE n > 1000', 'DELETE FROM misled WHERE n % 7 = 0');
none_missing('every row of the large tables was found');

# ------------------------------------------------------------------------------------------------- triggers down here
up('CREATE TABLE watched (a int); INSERT INTO watched SELECT generate_series(1, 5); CREATE TABLE seen (a int, b int)');
wait_for_follow($downstream);
down(q{
	CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS
		$$BEGIN INSERT INTO seen_here VALUES (OLD.a, NEW.a, (SELECT sum(a) FROM watched)); RETURN NEW; END$$;
	CREATE TABLE seen_here (old int, new int, total int);
	CREATE TRIGGER see AFTER UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION see();
	ALTER TABLE watched ENABLE ALWAYS TRIGGER see;
});
down('SELECT stop_follow()');
up('UPDATE watched SET a = 10 WHERE a = 1; UPDATE watched SET a = 20 WHERE a = 10; DELETE FROM watched WHERE a = 20');
down('SELECT resume_follow()');
wait_for_follow($downstream);
is(down('SELECT * FROM seen_here'), "1|10|24\n10|20|34", 'a trigger that fires here sees each change in its place');
down('DROP TABLE seen_here; DROP FUNCTION see CASCADE');
is_same($upstream, $downstream, 'and the rows are the same');

# ------------------------------------------------------------------------------------------------------ missing rows
up("CREATE TABLE lost (a int, t text); INSERT INTO lost SELECT g, 'x' FROM generate_series(1, 10) AS g");
wait_for_follow($downstream);
down('DELETE FROM lost WHERE a = 1');
down('SELECT stop_follow()');
# The first is not here. What it would have become is here as another row, which the second takes.
up("UPDATE lost SET a = 2 WHERE a = 1; DELETE FROM lost WHERE ctid = (SELECT ctid FROM lost WHERE a = 2 LIMIT 1);
	UPDATE lost SET t = 'y' WHERE a = 3");
down('SELECT resume_follow()');
wait_for_follow($downstream);
is(down("SELECT string_agg(a || t, ',' ORDER BY a) FROM lost"), '3y,4x,5x,6x,7x,8x,9x,10x', 'what is here is changed');
is(down("SELECT command, reason FROM follower.unsupported WHERE object = 'table public.lost'"),
	q{UPDATE|1 row was not found here: (a = '1', t = 'x')}, 'what is not is recorded');
up('DROP TABLE lost');

# ------------------------------------------------------------------------------------ another session at the same row
up("CREATE TABLE busy (a int, t text); INSERT INTO busy VALUES (1, 'x'), (2, 'x')");
wait_for_follow($downstream);
my $session = $downstream->background_psql('postgres');
$session->query_safe("BEGIN; UPDATE busy SET t = t WHERE a = 1");
up("UPDATE busy SET t = 'y'");
wait_until($downstream,
	"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE backend_type = 'pg_follower worker'");
$session->query_safe('COMMIT');
$session->quit;
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a row that another session has written meanwhile');

done_testing();
