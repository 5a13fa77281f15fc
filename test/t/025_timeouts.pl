# Time limits that a server or a database sets for its sessions end neither the worker nor the stream, however long a
# statement or a wait for a lock takes.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
# The limits that both servers have.
my %known;
for my $node ($upstream, $downstream)
{
	$known{$_}++
	  for split /\n/,
	  $node->safe_psql('postgres', q{
		SELECT name FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout',
			'idle_in_transaction_session_timeout', 'idle_session_timeout')});
}
my @limits = sort grep { $known{$_} == 2 } keys %known;
is(scalar(@limits), $upstream_major >= 17 && $downstream_major >= 17 ? 5 : 4, "limits of both: @limits");
for my $node ($upstream, $downstream)
{
	$node->append_conf('postgresql.conf', join '', map { "$_ = 500ms\n" } @limits);
	$node->restart;
}
# Those of the test's own sessions, which the servers must not inherit.
$ENV{PGOPTIONS} = join ' ', map { "-c $_=0" } @limits;
is($downstream->safe_psql('postgres', 'SHOW statement_timeout'), '0', 'but not for this test');

start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
wait_for_follow($downstream);
my $pid = worker_pid($downstream);

my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK t');
$upstream->safe_psql('postgres', 'INSERT INTO t SELECT generate_series(1, 10)');
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
my $since = $downstream->safe_psql('postgres', 'SELECT clock_timestamp()');
wait_until($downstream, "SELECT clock_timestamp() > '$since'::timestamptz + '2 s'");
$locker->query_safe('COMMIT');
$locker->quit;
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t'), '10', 'a long wait is no error');

# A statement that takes long here, and one upstream.
$upstream->safe_psql('postgres', q{
	BEGIN; INSERT INTO t VALUES (11); SELECT pg_sleep(1.5); CREATE INDEX ON t (id); COMMIT});
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t'), '11', 'nor is a long transaction');
is(worker_pid($downstream), $pid, 'it is the same worker all the time');
is($downstream->safe_psql('postgres', 'SELECT last_error IS NULL FROM follow_status'), 't', 'which met no error');

done_testing();
