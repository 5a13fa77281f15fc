# CLUSTER marks an index; event triggers do not see it, but the preloaded library does.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1);
my $downstream = pgf_node('downstream');
start_follow($downstream, $upstream, copy_data => 0);

$upstream->safe_psql('postgres', q{
	CREATE SCHEMA s;
	CREATE TABLE s.plain (id integer PRIMARY KEY, a integer);
	CREATE INDEX "By A" ON s.plain (a);
	CREATE TABLE parted (id integer, a integer) PARTITION BY LIST (id);
	CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
	CREATE INDEX ON parted (a);
	CREATE MATERIALIZED VIEW view AS SELECT 1 AS i;
	CREATE INDEX ON view (i);
	CREATE TABLE unmarked (id integer PRIMARY KEY);
});
# One at a time: CLUSTER of a partitioned table runs in transactions of its own.
$upstream->safe_psql('postgres', $_) for
  'SET search_path = s; CLUSTER plain USING "By A"',
  'INSERT INTO s.plain VALUES (1, 2), (2, 1)',
  'CLUSTER parted USING parted_a_idx',
  'CLUSTER "By A" ON s.plain',
  'CLUSTER view USING view_i_idx',
  'CREATE TEMPORARY TABLE temporary (id integer PRIMARY KEY); CLUSTER temporary USING temporary_pkey',
  'CLUSTER unmarked USING unmarked_pkey',
  'ALTER TABLE unmarked SET WITHOUT CLUSTER',
  'CLUSTER s.plain',
  'CLUSTER';
wait_for_follow($downstream);

my $marks =
  q{SELECT indexrelid::regclass FROM pg_index WHERE indisclustered ORDER BY indexrelid::regclass::text COLLATE "C"};
is(
	$downstream->safe_psql('postgres', $marks),
	join("\n", 'parted_1_a_idx', 's."By A"', 'view_i_idx'),
	'the marks follow'
);
is_same($upstream, $downstream, 'nothing else differs');

done_testing();
