# start_follow of a database that is full and being written to: schema, rows, and everything that happens meanwhile.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);

$upstream->safe_psql('postgres', <<'END');
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
CREATE DOMAIN shop.positive AS integer CHECK (VALUE > 0);
CREATE TABLE shop.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE,
    mood shop.mood, twice integer GENERATED ALWAYS AS (length(name) * 2) STORED);
CREATE TABLE shop.item (customer bigint NOT NULL REFERENCES shop.customer, n shop.positive, note text,
    PRIMARY KEY (customer, n));
CREATE INDEX ON shop.item (lower(note)) WHERE note IS NOT NULL;
CREATE TABLE keyless (v text);
CREATE TABLE part (k integer, v text) PARTITION BY RANGE (k);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (500);
CREATE TABLE part_2 PARTITION OF part DEFAULT;
CREATE UNLOGGED TABLE unlogged (a integer);
CREATE VIEW shop.names AS SELECT name FROM shop.customer;
INSERT INTO shop.customer (name, mood)
    SELECT 'customer ' || i, CASE i % 3 WHEN 0 THEN 'sad' WHEN 1 THEN 'glad' END::shop.mood
    FROM generate_series(1, 2000) AS i;
INSERT INTO shop.item SELECT c, n, CASE WHEN n % 2 = 0 THEN repeat('Note ', n) END
    FROM generate_series(1, 2000) AS c, generate_series(1, 5) AS n;
INSERT INTO keyless SELECT 'x' FROM generate_series(1, 100);
INSERT INTO part SELECT i, i::text FROM generate_series(1, 1000) AS i;
CREATE MATERIALIZED VIEW shop.moods AS SELECT mood, count(*) FROM shop.customer GROUP BY mood;
CREATE UNIQUE INDEX ON shop.moods (mood);
CREATE MATERIALIZED VIEW shop.empty AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION shop.no_writes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE TRIGGER refuses BEFORE INSERT ON keyless FOR EACH ROW EXECUTE FUNCTION shop.no_writes();
ALTER TABLE keyless ENABLE ALWAYS TRIGGER refuses;
COMMENT ON TABLE shop.item IS 'what they bought';
END

start_follow($downstream, $upstream);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a full database');
is($downstream->safe_psql('postgres', 'SELECT state FROM follow_status'), 'streaming', 'the follow streams then');
is($downstream->safe_psql('postgres', "SELECT count(*) FROM follow_copy_progress WHERE state <> 'following'"),
	'0', 'and every table follows');
is($downstream->safe_psql('postgres', 'SELECT relispopulated FROM pg_class WHERE oid = \'shop.empty\'::regclass'),
	'f', 'a materialized view without data has none here');

$upstream->safe_psql('postgres', <<'END');
UPDATE shop.customer SET name = name || '!' WHERE id <= 100;
DELETE FROM shop.item WHERE customer <= 10;
INSERT INTO part VALUES (2000, 'new');
ALTER TABLE keyless DISABLE TRIGGER refuses;
UPDATE keyless SET v = 'y' WHERE ctid IN (SELECT ctid FROM keyless LIMIT 50);
CREATE INDEX ON part (v);
REFRESH MATERIALIZED VIEW shop.moods;
END
wait_for_follow($downstream);
is_same($upstream, $downstream, 'changes after the copy');

# One table anew, after a local accident.
$downstream->safe_psql('postgres', 'DELETE FROM shop.item; DELETE FROM part WHERE k < 300');
$downstream->safe_psql('postgres', "SELECT refresh_table('shop.item'), refresh_table('part')");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'tables copied anew');
$upstream->safe_psql('postgres', "UPDATE shop.item SET note = 'again' WHERE customer = 1000");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'changes of a table copied anew');
my ($status, $out, $err) = $downstream->psql('postgres', "SELECT refresh_table('unlogged')");
like($err, qr/rows of table "unlogged" do not follow/, 'what does not follow cannot be copied anew');

$downstream->safe_psql('postgres', 'SELECT drop_follow()');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follower.followed_table'),
	'0', 'drop_follow forgets the copy');
is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '0', 'and leaves no slot');

done_testing();
