# What an upstream received itself goes on to its followers, schema and rows, once and never back to where it came from:
# chains, both directions, rings, an upstream with a subscription, and copies of a server that was part of these.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($first, $middle, $last) = map { pgf_node($_, preload => 1) } qw(first middle last);
start_follow($middle, $first);
start_follow($last, $middle);

# Everything that is committed in the first database is in the last one.
sub wait_for_chain
{
	wait_for_follow($middle);
	wait_for_follow($last);
	return;
}

# ---------------------------------------------------------------------------------------------------------------- chain
$first->safe_psql('postgres', q{
	CREATE SCHEMA app;
	CREATE TYPE app.mood AS ENUM ('bad', 'good');
	CREATE TABLE app.t (id int PRIMARY KEY, mood app.mood DEFAULT 'good');
	INSERT INTO app.t SELECT i FROM generate_series(1, 1000) AS i;
	CREATE TABLE keyless (i int);
	INSERT INTO keyless VALUES (1), (1), (2);
});
# Commands that make rows or rewrite them, with values that each run makes anew.
$first->safe_psql('postgres', 'ALTER TABLE app.t ADD u uuid DEFAULT gen_random_uuid(), ADD r float8 DEFAULT random()');
$first->safe_psql('postgres', 'ALTER TABLE app.t ALTER u TYPE text USING u::text || random()');
$first->safe_psql('postgres',
	'CREATE TABLE made AS SELECT id, random() AS r FROM app.t; SELECT random() AS r INTO into_made');
$first->safe_psql('postgres', 'CREATE MATERIALIZED VIEW view AS SELECT count(*) AS n FROM app.t');
$first->safe_psql('postgres',
	'DELETE FROM keyless WHERE ctid = $$(0,1)$$; UPDATE app.t SET mood = $$bad$$ WHERE id % 7 = 0');
$first->safe_psql('postgres', q{
	BEGIN;
	ALTER TYPE app.mood ADD VALUE 'fair';
	CREATE FUNCTION app.f(i int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT i + 1';
	CREATE INDEX ON app.t (app.f(id));
	ALTER TABLE made ADD PRIMARY KEY (id);
	TRUNCATE into_made;
	INSERT INTO into_made VALUES (42);
	COMMIT;
});
$first->safe_psql('postgres', 'CREATE INDEX CONCURRENTLY ON app.t (mood)');
$first->safe_psql('postgres', 'CREATE ROLE owner; ALTER TABLE made OWNER TO owner; GRANT SELECT ON app.t TO owner');
$first->safe_psql('postgres', "UPDATE app.t SET mood = 'fair' WHERE id = 5; DROP TABLE keyless");
wait_for_chain();
is_same($first, $middle, 'the middle of a chain');
is_same($first, $last, 'the end of a chain');
is($last->safe_psql('postgres', 'SELECT count(*) FROM app.t'), '1000', '(which has rows)');

# Many small transactions, of the first and of the middle database, while workers end.
$middle->safe_psql('postgres', 'CREATE TABLE own (i int PRIMARY KEY)');
for my $i (1 .. 5)
{
	$first->safe_psql('postgres', join('; ', map { "INSERT INTO made VALUES (${i}000 + $_, random())" } 1 .. 50));
	$middle->safe_psql('postgres', join('; ', map { "INSERT INTO own VALUES (${i}000 + $_)" } 1 .. 20));
	($i % 2 ? $middle : $last)->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM follow_status');
}
wait_for_chain();
is_same($middle, $last, 'a chain whose workers were ended');
is($last->safe_psql('postgres', 'SELECT count(*) FROM made'), '1250', 'nothing of the first database is lost');
is($last->safe_psql('postgres', 'SELECT count(*) FROM own'), '100', 'nothing of the middle database is lost');

# What cannot follow is recorded in each database that lacks it.
$first->psql('postgres', 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; '
	  . 'CREATE USER MAPPING FOR PUBLIC SERVER s');
wait_for_chain();
my $record = "SELECT command, object FROM follower.unsupported";
is($middle->safe_psql('postgres', $record), 'CREATE USER MAPPING|user mapping public on server s',
	'what cannot follow is recorded in the middle');
is($last->safe_psql('postgres', $record), 'CREATE USER MAPPING|user mapping public on server s', 'and at the end');

# ------------------------------------------------------------------------------------------------------- origin => none
$last->safe_psql('postgres', 'CREATE DATABASE alone');
$last->safe_psql('alone', 'CREATE EXTENSION pg_follower');
my $conninfo = conninfo($middle);
my ($status, $out, $err) =
  $last->psql('alone', "SELECT start_follow(\$\$$conninfo\$\$, copy_data => false, origin => 'some')",
	extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like($err, qr/ERROR:  22023: invalid origin "some"\nHINT:  Available values: any, none\./,
	'an origin that does not exist');
$last->safe_psql('alone', 'CREATE TABLE own (i int PRIMARY KEY); CREATE TABLE made (id int PRIMARY KEY, r float8)');
$last->safe_psql('alone', "SELECT start_follow(\$\$$conninfo\$\$, copy_data => false, origin => 'none')");
$first->safe_psql('postgres', 'INSERT INTO made VALUES (1, 1) ON CONFLICT DO NOTHING; INSERT INTO made VALUES (-1, 1)');
wait_for_follow($middle);
$middle->safe_psql('postgres', 'INSERT INTO own VALUES (-1)');
wait_for_follow($last, dbname => 'alone');
is($last->safe_psql('alone', 'SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM made)'),
	'1|0', 'with the origin "none" only what the upstream itself wrote follows');
$last->safe_psql('alone', 'SELECT drop_follow()');

# ---------------------------------------------------------------------------------------------- both directions, a ring
# The databases hold the same by now, so no copy is needed.
start_follow($first, $middle, name => 'back', copy_data => 0);
$middle->safe_psql('postgres',
	'CREATE TABLE of_middle (i int PRIMARY KEY, note text); INSERT INTO of_middle VALUES (1)');
wait_for_follow($first, name => 'back');
$first->safe_psql('postgres', 'CREATE TABLE of_first (i int PRIMARY KEY); INSERT INTO of_first VALUES (1)');
for my $i (2 .. 40)
{
	$first->safe_psql('postgres', "INSERT INTO of_first VALUES ($i)");
	$middle->safe_psql('postgres', "INSERT INTO of_middle VALUES ($i); UPDATE of_middle SET note = i WHERE i = $i - 1");
}
$middle->safe_psql('postgres', 'ALTER TABLE of_middle ADD r float8 DEFAULT random()');
wait_for_follow($middle);
wait_for_follow($first, name => 'back');
wait_for_follow($last);
is_same($middle, $last, 'a chain beside two directions');
my $both = 'SELECT (SELECT array_agg(t::text ORDER BY i) FROM of_first AS t), '
  . '(SELECT array_agg(t::text ORDER BY i) FROM of_middle AS t)';
is($first->safe_psql('postgres', $both), $middle->safe_psql('postgres', $both), 'two databases that follow each other');
# What came back was not even sent: the worker has applied what was made in the middle, and no more.
is( $first->safe_psql('postgres', "SELECT rows_applied FROM follow_status WHERE follow_name = 'back'"),
	1 + 39 * 2 + 40,
	'nothing comes back');

# A ring: the first database follows the last one instead.
$first->safe_psql('postgres', "SELECT drop_follow('back')");
start_follow($first, $last, name => 'ring', copy_data => 0);
for my $i (101 .. 120)
{
	$first->safe_psql('postgres', "INSERT INTO of_first VALUES ($i)");
	$middle->safe_psql('postgres', "INSERT INTO of_middle VALUES ($i)");
}
$last->safe_psql('postgres', 'CREATE TABLE of_last (i int PRIMARY KEY); INSERT INTO of_last VALUES (1), (2)');
wait_for_follow($_->[0], name => $_->[1])
  for [ $middle, 'default' ], [ $last, 'default' ], [ $first, 'ring' ], [ $middle, 'default' ], [ $last, 'default' ];
$both .= ', (SELECT array_agg(t::text ORDER BY i) FROM of_last AS t)';
is($middle->safe_psql('postgres', $both), $first->safe_psql('postgres', $both), 'three databases in a ring');
is($last->safe_psql('postgres', $both), $first->safe_psql('postgres', $both), 'all three of them');
is($first->safe_psql('postgres', "SELECT string_agg(state, ',') FROM follow_status"), 'streaming',
	'and the follow runs');
for my $node ($first, $middle, $last)
{
	is($node->safe_psql('postgres', "SELECT count(*) FROM follow_status WHERE rows_missing > 0 OR last_error IS NOT NULL
		AND last_error !~ 'terminat|connect|crash|in use'"), '0', $node->name . ': no row was missing');
}

# ----------------------------------------------------------------------------------------------------- a forged message
# A user of the middle database cannot hide its rows from anybody.
$middle->safe_psql('postgres', "BEGIN; SELECT pg_logical_emit_message(true, 'pg_follower', 'F' || repeat('x', 100));
	INSERT INTO of_middle VALUES (999); COMMIT");
wait_for_follow($last);
is($last->safe_psql('postgres', 'SELECT count(*) FROM of_middle WHERE i = 999'), '1',
	'a message that a user made hides nothing');

# ------------------------------------------------------------------------ a copy of a server that others have rows from
# The copy of the last server is another database from its promotion on: what its original makes from then on, and what
# reaches the first server from there, is news for it. What was made before is not.
$last->safe_psql('postgres', 'SELECT stop_follow()');
$first->safe_psql('postgres', "SELECT stop_follow('ring')");
$last->safe_psql('postgres', 'INSERT INTO of_last SELECT generate_series(11, 20)');
$last->backup('twin');
my $twin = PostgreSQL::Test::Cluster->new('twin');
$twin->init_from_backup($last, 'twin', has_streaming => 1);
$twin->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$twin->start;
$last->wait_for_catchup($twin, 'replay', $last->lsn('insert'));
$twin->promote;
$twin->safe_psql('postgres', 'DELETE FROM follower.follow');
start_follow($twin, $first, copy_data => 0);
$last->safe_psql('postgres', 'INSERT INTO of_last SELECT generate_series(21, 30)');
$first->safe_psql('postgres', "SELECT resume_follow('ring')");
wait_for_follow($first, name => 'ring');
wait_for_follow($twin);
is($first->safe_psql('postgres', 'SELECT count(*) FROM of_last'), '22',
	'(the first server has the rows from before and after)');
is($twin->safe_psql('postgres', 'SELECT count(*) FROM of_last'), '22', 'a copy gets what it does not hold, once');
$twin->stop;
$last->safe_psql('postgres', 'SELECT resume_follow()');

# -------------------------------------------------------------------------------------- an upstream with a subscription
$first->safe_psql('postgres', 'CREATE DATABASE publisher');
$first->safe_psql('publisher', 'CREATE TABLE news (id int PRIMARY KEY, t text); CREATE PUBLICATION p FOR TABLE news');
my ($subscriber, $reader) = (pgf_node('subscriber'), pgf_node('reader'));
start_follow($reader, $subscriber);
$subscriber->safe_psql('postgres', 'CREATE TABLE news (id int PRIMARY KEY, t text)');
$conninfo = conninfo($first, 'publisher');
$first->safe_psql('publisher', "INSERT INTO news VALUES (1, 'before')");
$subscriber->safe_psql('postgres',
	"CREATE SUBSCRIPTION s CONNECTION '" . ($conninfo =~ s{'}{''}gr) . "' PUBLICATION p");
wait_until($subscriber, "SELECT string_agg(srsubstate, '') = 'r' FROM pg_subscription_rel");
$first->safe_psql('publisher', "INSERT INTO news VALUES (2, 'live'); UPDATE news SET t = 'changed' WHERE id = 1");
wait_until($subscriber, "SELECT count(*) = 2 FROM news WHERE t <> 'before'");
wait_for_follow($reader);
is($reader->safe_psql('postgres', 'SELECT * FROM news ORDER BY id'), "1|changed\n2|live",
	'what a subscription brought goes on');

done_testing();
