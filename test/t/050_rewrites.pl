# ALTER TABLE that gives rows values which cannot be computed twice: both sides hold the same values afterwards, in
# plain, partitioned and inherited tables.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $rows = 100_000;
my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream, copy_data => 0);

$upstream->safe_psql('postgres', <<"EOS");
CREATE FUNCTION shifted(integer) RETURNS double precision LANGUAGE plpgsql VOLATILE
	AS 'BEGIN RETURN \$1 + random(); END';
CREATE TABLE plain (id integer PRIMARY KEY, v integer);
CREATE TABLE partitioned (id integer PRIMARY KEY, v integer) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF partitioned FOR VALUES FROM (MINVALUE) TO (30000);
CREATE TABLE high PARTITION OF partitioned FOR VALUES FROM (30000) TO (MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE high_0 PARTITION OF high FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE high_1 (v integer, gone text, id integer NOT NULL);
ALTER TABLE high_1 DROP COLUMN gone;
ALTER TABLE high ATTACH PARTITION high_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE inherited (id integer, v integer);
CREATE TABLE child (extra text DEFAULT 'x', PRIMARY KEY (id)) INHERITS (inherited);
CREATE TABLE has_columns (r double precision DEFAULT 5, s integer) INHERITS (inherited);
INSERT INTO plain SELECT g, g FROM generate_series(1, $rows) AS g;
INSERT INTO partitioned SELECT g, g FROM generate_series(1, $rows) AS g;
INSERT INTO inherited SELECT g, g FROM generate_series(1, $rows / 2) AS g;
INSERT INTO child SELECT g, g FROM generate_series(1, $rows / 4) AS g;
INSERT INTO has_columns (id, v, s) SELECT g, g, -g FROM generate_series(1, $rows / 4) AS g;
EOS

my @alterations = (
	'ADD COLUMN r double precision DEFAULT random(), ADD COLUMN at timestamptz DEFAULT clock_timestamp() NOT NULL, '
	  . 'ADD COLUMN gone text DEFAULT current_user',
	'ADD COLUMN u uuid DEFAULT gen_random_uuid(), ADD COLUMN s serial, ADD COLUMN fixed timestamptz DEFAULT now()',
	'ALTER COLUMN v TYPE double precision USING shifted(v), ALTER COLUMN at TYPE text, DROP COLUMN gone, '
	  . 'ADD COLUMN j integer DEFAULT (random() * 100)::integer CHECK (j >= 0)');
for my $table ('plain', 'partitioned', 'inherited')
{
	$upstream->safe_psql('postgres', "ALTER TABLE $table $_") for @alterations;
}
# Upstream, partitions cannot have identity columns of their own before 17, nor can children.
$upstream->safe_psql('postgres', 'ALTER TABLE plain ADD COLUMN identity integer GENERATED ALWAYS AS IDENTITY');

wait_for_follow($downstream);
is_same($upstream, $downstream, 'tables that were rewritten');
is($downstream->safe_psql('postgres', 'SELECT count(*), count(DISTINCT identity) FROM plain'),
	"$rows|$rows", 'numbers of an identity column are there');
# Of a serial column, has_columns keeps its own.
is($downstream->safe_psql('postgres', "SELECT count(*), count(DISTINCT u), count(DISTINCT s) >= $rows * 3 / 4, "
	  . "count(DISTINCT r) > $rows / 2, count(DISTINCT v) > $rows / 2, count(DISTINCT at) > 100 FROM $_"),
	"$rows|$rows|t|t|t|t", "there is something to compare in $_")
  for 'plain', 'partitioned', 'inherited';

# Where the downstream computes the rows by itself, none are sent.
my $before = $downstream->safe_psql('postgres', 'SELECT rows_applied FROM follow_status');
$upstream->safe_psql('postgres', "ALTER TABLE $_ ALTER COLUMN s TYPE bigint, ALTER COLUMN j TYPE bigint USING j + 1, "
	  . "ADD COLUMN doubled bigint GENERATED ALWAYS AS (id * 2) STORED, ADD COLUMN seven integer DEFAULT 7")
  for 'plain', 'partitioned', 'inherited';
$upstream->safe_psql('postgres', 'VACUUM FULL plain');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT rows_applied FROM follow_status'),
	$before, 'no rows for what is immutable');
is_same($upstream, $downstream, 'tables that the downstream rewrote');

# An unlogged table's rows follow when it becomes logged.
$upstream->safe_psql('postgres', <<'EOS');
CREATE UNLOGGED TABLE unlogged (id serial PRIMARY KEY, t text);
INSERT INTO unlogged (t) SELECT repeat(md5(g::text), 200) FROM generate_series(1, 1000) AS g;
ALTER TABLE unlogged SET LOGGED;
UPDATE unlogged SET t = 'changed' WHERE id = 500;
EOS
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a table that became logged');

done_testing();
