# An index that the upstream makes CONCURRENTLY is made in the stream, or left to somebody downstream.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
$upstream->safe_psql('postgres',
	'CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i');
$upstream->safe_psql('postgres', 'CREATE INDEX CONCURRENTLY first ON t (b)');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'made in the stream');

$downstream->append_conf('postgresql.conf',
	"pg_follower.concurrent_indexes = record\npg_follower.on_unsupported = stop\n");
$downstream->reload;
$upstream->safe_psql('postgres', 'CREATE UNIQUE INDEX CONCURRENTLY "se cond" ON t (b) WHERE a > 5');
$upstream->safe_psql('postgres', 'CREATE INDEX third ON t (a, b)');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (0, 0)');
wait_for_follow($downstream);
is(
	$downstream->safe_psql(
		'postgres',
		'SELECT string_agg(indexrelid::regclass::text, $$ $$ ORDER BY indexrelid::regclass::text COLLATE "C")
			FROM pg_index WHERE indrelid = $$t$$::regclass'
	),
	'first t_pkey third',
	'the concurrent one is left, another is not'
);
is($downstream->safe_psql('postgres', 'SELECT state, unsupported FROM follow_status'),
	'streaming|1', 'the follow goes on');
my $statement = $downstream->safe_psql('postgres', 'SELECT statement FROM follower.unsupported');
is(
	$statement,
	'CREATE UNIQUE INDEX CONCURRENTLY "se cond" ON public.t USING btree (b) WHERE (a > 5)',
	'the command is kept'
);
$downstream->safe_psql('postgres', $statement);
$downstream->safe_psql('postgres', 'UPDATE follower.unsupported SET resolved_at = now()');
is($downstream->safe_psql('postgres', 'SELECT unsupported FROM follow_status'),
	'0', 'and counted no more when it is resolved');
$upstream->safe_psql('postgres', 'ALTER INDEX "se cond" RENAME TO second');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'made by hand');

done_testing();
