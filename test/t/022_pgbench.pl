# Four clients write with pgbench's TPC-B-like script while the follow runs; afterwards every table is the same.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);

my $bench = 'test/bench';
$upstream->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', 'scale=2',
		'-f', "$bench/tpcb_schema.sql", '-f', "$bench/tpcb_rows.sql", 'postgres' ],
	'tables and rows are made while the follow runs');
$upstream->command_ok([ 'pgbench', '-n', '-c', '4', '-T', '20', 'postgres' ], 'four clients write for 20 seconds');

wait_for_follow($downstream);
my $transactions = $upstream->safe_psql('postgres', 'SELECT count(*) FROM pgbench_history');
cmp_ok($transactions, '>', 100, "$transactions transactions were written");
is_same($upstream, $downstream, 'after the last commit');

my $sums = q{SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history),
	(SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(bbalance) FROM pgbench_branches)};
is($downstream->safe_psql('postgres', $sums), 't|t', "the downstream's balances add up");

done_testing();
