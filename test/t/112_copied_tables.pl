# The copy of tables of every kind, and of columns and indexes of every kind: as a whole and in parts.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $parts = "pg_follower.copy_split_size = 1MB\npg_follower.copy_workers = 3\n";
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $parts);

my $wide = join(', ', map { "c$_ int" } 1 .. 1600);
# From version 17 on, the server itself makes no such index of a table that has rows, as a copy and a restored dump do.
my $bare_index = $downstream_major >= 17 ? '' : 'CREATE INDEX ON bare_names (bare(a))';
my $found_by_path = $downstream_major >= 17 ? 'public.found_by_path' : 'found_by_path';
$upstream->safe_psql('postgres', <<"END");
CREATE ROLE owner;
CREATE SCHEMA "S x";
SET search_path = "S x";
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE empty (id int PRIMARY KEY, t text);
CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS IDENTITY);
INSERT INTO generated (a) SELECT generate_series(1, 100);
CREATE TABLE only_generated (a int GENERATED ALWAYS AS (42) STORED);
INSERT INTO only_generated DEFAULT VALUES;
CREATE TABLE dropped (a int, b int, "C d" text);
ALTER TABLE dropped DROP b;
INSERT INTO dropped VALUES (1, E'a\\\\b\\tc\\nd'), (2, '\\N'), (3, ''), (4, NULL);
CREATE DOMAIN short AS varchar(3) CHECK (VALUE <> 'bad');
CREATE DOMAIN numbers AS int[];
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE types (a short, b short[], c numbers, d mood, e pair, f pair[], g regclass, h regtype, i json, j interval,
    k int4range, l int4multirange, m bit(5), n char(7), o inet, p tsvector, q money, r float4, s timestamptz, t bytea,
    u numeric, v "char", w point, x xml);
INSERT INTO types VALUES ('x', array['a', 'b']::short[], '{1,NULL}', 'glad', '(1,"a b")', array['(2,c)']::pair[],
    'empty',
    'mood', '{"a": 1}', '1 day 2 us', '[1,5)', '{[1,2),[4,5)}', '10101', 'abc', '::1', 'a b', '12.34', '1e-20',
    '2000-01-01 BC', '\\x00ff', 'NaN', 'x', '(1,2)', '<a/>');
INSERT INTO types DEFAULT VALUES;
-- A row that is older than the constraint of its domain.
ALTER DOMAIN short ADD CHECK (VALUE <> 'x') NOT VALID;
CREATE TABLE checked (a int);
INSERT INTO checked VALUES (-1);
ALTER TABLE checked ADD CHECK (a > 0) NOT VALID;
CREATE TABLE toasted (id int PRIMARY KEY, t text);
ALTER TABLE toasted ALTER t SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT g, repeat(md5(g::text), 3000) FROM generate_series(1, 50) AS g;
CREATE TABLE wide ($wide);
INSERT INTO wide (c1, c1600) VALUES (1, 2);
CREATE TABLE parent (a int);
CREATE TABLE child (b int) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2, 3);
CREATE TABLE part (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (100) TO (200);
CREATE INDEX ON part (a);
INSERT INTO part SELECT g, 'p' FROM generate_series(1, 199) AS g;
CREATE TABLE indexed (a text, r int4range, n int UNIQUE DEFERRABLE INITIALLY DEFERRED, EXCLUDE USING gist (r WITH &&));
CREATE INDEX ON indexed (lower(a)) INCLUDE (n);
CREATE INDEX ON indexed (a) WHERE a > 'm';
CREATE INDEX ON indexed USING hash (a);
CREATE INDEX ON indexed USING brin (a);
CREATE INDEX ON indexed USING gin (to_tsvector('simple', a));
CREATE INDEX ON indexed USING spgist (a);
INSERT INTO indexed SELECT md5(g::text), int4range(g * 2, g * 2 + 1), g FROM generate_series(1, 500) AS g;
CREATE TABLE clustered (a int PRIMARY KEY, b int NOT NULL);
CREATE UNIQUE INDEX clustered_b ON clustered (b);
CREATE INDEX clustered_c ON clustered (b, a);
ALTER TABLE clustered CLUSTER ON clustered_c, REPLICA IDENTITY USING INDEX clustered_b;
INSERT INTO clustered SELECT g, g FROM generate_series(1, 10) AS g;
CREATE TABLE policed (a int);
INSERT INTO policed VALUES (1);
ALTER TABLE policed OWNER TO owner;
ALTER TABLE policed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE triggered (a int);
INSERT INTO triggered VALUES (1);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''fired''; END';
CREATE TRIGGER refuses BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE triggered ENABLE ALWAYS TRIGGER refuses;
CREATE RULE nothing AS ON INSERT TO triggered DO INSTEAD NOTHING;
ALTER TABLE triggered ENABLE ALWAYS RULE nothing;
CREATE FUNCTION helper(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT \$1 + 1';
CREATE FUNCTION bare(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN helper(\$1); END';
CREATE TABLE bare_names (a int, b int GENERATED ALWAYS AS (bare(a)) STORED);
$bare_index;
INSERT INTO bare_names VALUES (1), (2);
SET search_path = "S x", public;
-- As the wrappers that make unaccent() immutable: a function that the server inlines where it plans a query.
CREATE FUNCTION public.found_by_path(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT \$1 + 1';
CREATE FUNCTION inlined(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $found_by_path(\$1)';
CREATE INDEX ON bare_names (inlined(a));
CREATE MATERIALIZED VIEW bare_view AS SELECT a FROM bare_names;
CREATE INDEX ON bare_view (inlined(a));
CREATE MATERIALIZED VIEW filled AS SELECT count(*) AS n FROM indexed;
CREATE UNIQUE INDEX ON filled (n);
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS a WITH NO DATA;
-- In parts: 5 MB.
CREATE TABLE large (id int PRIMARY KEY, t text NOT NULL, r numeric GENERATED ALWAYS AS (id / 3.0) STORED);
INSERT INTO large SELECT g, md5(g::text) FROM generate_series(1, 60000) AS g;
UPDATE large SET t = t || 'x' WHERE id % 5 = 0;
DELETE FROM large WHERE id % 7 = 0;
CREATE INDEX ON large (t);
CREATE INDEX ON large (inlined(id));
CREATE UNIQUE INDEX ON large (r, id) WHERE id > 100;
ALTER TABLE large REPLICA IDENTITY FULL;
END

start_follow($downstream, $upstream, copy_data => 1);
wait_for_follow($downstream);
my $indexed = '"S x".bare_names|"S x".bare_view|"S x".large';
is($downstream->safe_psql('postgres', <<'END'), $indexed, 'indexes over a function');
SELECT string_agg(indrelid::regclass::text, '|' ORDER BY indrelid::regclass::text COLLATE "C") FROM pg_index
WHERE indisvalid AND pg_get_indexdef(indexrelid) LIKE '%inlined(%'
END
# The queries that compare rows have a search path under which the server cannot plan for such a table.
$upstream->safe_psql('postgres', 'DROP FUNCTION "S x".inlined CASCADE');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'tables of all kinds');

my $index_flags = <<'END';
SELECT string_agg(concat_ws(' ', indexrelid::regclass, indisvalid, indisready, indcheckxmin, indisclustered,
    indisreplident), E'\n' ORDER BY indexrelid::regclass::text COLLATE "C")
FROM pg_index WHERE indrelid::regclass::text LIKE '"S x"%'
END
is($downstream->safe_psql('postgres', $index_flags), $upstream->safe_psql('postgres', $index_flags),
	'indexes are as they are upstream');
unlike(slurp_file($downstream->logfile), qr/could not be prepared for several/, 'large tables are copied in parts');
is($downstream->safe_psql('postgres', <<'END'), '51429', 'an index of a table that was copied in parts holds its rows');
SET enable_seqscan = off;
SELECT count(*) FROM "S x".large WHERE t > '';
END
is($downstream->safe_psql('postgres', 'SELECT n FROM "S x".filled'), '500', 'a materialized view has its rows');
is( $downstream->safe_psql(
		'postgres', q{SELECT relpages > 0, reltuples FROM pg_class WHERE oid = '"S x".indexed'::regclass}),
	't|500', 'a table is analyzed');
is( $downstream->safe_psql('postgres', q{SELECT tablename, h[1], h[array_upper(h, 1)] FROM pg_stats
		CROSS JOIN LATERAL (SELECT histogram_bounds::text::int[]) AS x (h)
		WHERE schemaname = 'S x' AND attname = 'a' AND inherited ORDER BY 1}),
	"parent|1|2\npart|1|199",
	'and so are tables from which others inherit, with the rows of all');
is( $downstream->safe_psql('postgres', <<'END'), '51429|51429', 'a copy counts rows');
SELECT rows_done, (SELECT count(*) FROM "S x".large) FROM follower.followed_table WHERE relid = '"S x".large'::regclass
END
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follower.followed_table WHERE error IS NOT NULL'),
	'0', 'no table has failed');

# What comes then, comes by the stream.
$upstream->safe_psql('postgres', <<'END');
UPDATE "S x".large SET t = 'new' WHERE id % 100 = 1;
DELETE FROM "S x".indexed WHERE n % 3 = 0;
INSERT INTO "S x".empty VALUES (1, 'first');
END
wait_for_follow($downstream);
is_same($upstream, $downstream, 'changes after the copy');

$downstream->safe_psql('postgres', 'SELECT drop_follow()');
done_testing();
