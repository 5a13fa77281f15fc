# Nothing is lost and nothing comes twice, whatever is killed while four clients write.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $config = "pg_follower.restart_interval = 1\nrestart_after_crash = on\n";
my $upstream = pgf_node('upstream', config => $config);
my $downstream = pgf_node('downstream', preload => 1, config => $config);
start_follow($downstream, $upstream);

# pgbench's tables, with their keys from the beginning; its history has none.
$upstream->safe_psql('postgres', q{
	CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
	CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
	CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
	CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
	INSERT INTO pgbench_branches SELECT g, 0 FROM generate_series(1, 2) AS g;
	INSERT INTO pgbench_tellers SELECT g, g / 11 + 1, 0 FROM generate_series(1, 20) AS g;
	INSERT INTO pgbench_accounts SELECT g, g / 100001 + 1, 0 FROM generate_series(1, 200000) AS g;
});
wait_for_follow($downstream);

# Four clients write for some seconds while `$disturb` is called again and again; then both sides are compared.
sub disturbed
{
	my ($what, $seconds, $disturb) = @_;
	my ($out, $err);
	my @pgbench = ('pgbench', '-n', '-b', 'tpcb-like', '-s', 2, '-c', 4, '-T', $seconds, '-h', $upstream->host, '-p',
		$upstream->port, '-U', 'postgres', 'postgres');
	my $run = IPC::Run::start(\@pgbench, '<', \undef, '>', \$out, '2>', \$err);
	for (1 .. $seconds)
	{
		usleep(700_000 + int(rand(400_000)));
		$disturb->();
	}
	# pgbench itself may be among the victims.
	IPC::Run::finish($run);
	wait_for_server($_) for $upstream, $downstream;
	wait_until($downstream, "SELECT state = 'streaming' FROM follow_status");
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
	my $status = $downstream->safe_psql('postgres',
		'SELECT rows_missing, (SELECT count(*) FROM pgbench_history) FROM follow_status');
	my ($missing, $transactions) = split /\|/, $status;
	is($missing, '0', "$what: every row was found");
	note("$transactions transactions so far");
	return;
}

# The pid of a process, or nothing while the server does not answer.
sub pid_of
{
	my ($node, $query) = @_;
	my ($status, $out) = $node->psql('postgres', $query);
	return $status == 0 && $out =~ /^(\d+)$/ ? $1 : ();
}

disturbed('left alone', 5, sub { });
disturbed('worker ended by signal', 6, sub {
		kill 'TERM', pid_of($downstream, 'SELECT pid FROM follow_status');
	});
disturbed('walsender ended by signal', 6, sub {
		kill 'TERM', pid_of($upstream, 'SELECT pid FROM pg_stat_replication LIMIT 1');
	});
disturbed('stopped and resumed', 6, sub {
		$downstream->psql('postgres', 'SELECT stop_follow()');
		$downstream->psql('postgres', 'SELECT resume_follow()');
	});
disturbed('worker killed', 8, sub {
		kill 'KILL', pid_of($downstream, 'SELECT pid FROM follow_status');
	});
disturbed('downstream server killed', 6, sub {
		$downstream->stop('immediate');
		$downstream->start;
	});
my $killed = 0;
disturbed('upstream server killed', 4, sub {
		return if $killed++ != 2;
		$upstream->stop('immediate');
		$upstream->start;
	});

done_testing();
