# Whatever is killed while four clients write, nothing is lost downstream and nothing is applied twice.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $seed = $ENV{PGF_SEED} // time;
srand($seed);
note("PGF_SEED=$seed makes the same pauses again");

my ($upstream, $downstream) = pgf_pair(preload => 1, config => "restart_after_crash = on\n");
start_follow($downstream, $upstream);
$upstream->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-v', 'scale=1',
		'-f', 'test/bench/tpcb_schema.sql', '-f', 'test/bench/tpcb_rows.sql', 'postgres' ],
	'tables and rows are made while the follow runs');
wait_for_follow($downstream);

my $walsender = q{SELECT pid FROM pg_stat_replication WHERE application_name = 'pg_follower worker'};

# The process id that the query returns, as soon as it returns one.
sub running
{
	my ($node, $query) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my ($status, $pid) = $node->psql('postgres', $query);
		return $pid if defined $pid && $pid =~ /^\d+$/;
		sleep 0.1;
	}
	die "no process was found by: $query\n" . follow_status($downstream);
}

my $worker = q{SELECT pid FROM follow_status WHERE pid IS NOT NULL};
my @mishaps = (
	[ 'the worker is terminated', sub { kill 'TERM', running($downstream, $worker) } ],
	[ 'the walsender is terminated', sub { kill 'TERM', running($upstream, $walsender) } ],
	[ 'the worker is killed', sub { kill 'KILL', running($downstream, $worker) } ],
	[ 'the walsender is killed', sub { kill 'KILL', running($upstream, $walsender) } ],
	[ 'the downstream crashes and restarts', sub { $downstream->stop('immediate'); $downstream->start } ],
	[ 'the upstream crashes and restarts', sub { $upstream->stop('immediate'); $upstream->start } ],
	[ 'the downstream restarts', sub { $downstream->restart } ],
	[ 'the upstream restarts', sub { $upstream->restart } ],
);

for my $mishap (@mishaps)
{
	my ($what, $happen) = @$mishap;
	my $out = '';
	my $writing = IPC::Run::start([ 'pgbench', '-n', '-c', '4', '-T', '2', '-p', $upstream->port, '-h', $upstream->host, 'postgres' ],
		'>', \$out, '2>', \$out);
	sleep 0.3 + rand(1);
	$happen->();
	# Its clients are gone where the upstream went down.
	$writing->finish;
	$upstream->poll_query_until('postgres', 'SELECT true') or die 'the upstream does not come back';
	$downstream->poll_query_until('postgres', 'SELECT true') or die 'the downstream does not come back';
	$upstream->safe_psql('postgres', "INSERT INTO pgbench_history (delta, mtime) VALUES (0, now())");
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
}

my $written = $upstream->safe_psql('postgres', 'SELECT count(*) FROM pgbench_history');
cmp_ok($written, '>', 100, "$written transactions were written");

done_testing();
