# pg_repack works on either side while applications write upstream: its trigger, which is ENABLE ALWAYS, fires on the
# side on which it was made.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
plan skip_all => 'pg_repack is not installed for this server (Debian: postgresql-15-repack)'
  if $upstream->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_repack'}) == 0
  || !grep { -x "$_/pg_repack" } split /:/, $ENV{PATH};

start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE EXTENSION pg_repack');
$upstream->command_ok([ 'pgbench', '-i', '-q', '-s', '1', $upstream->connstr('postgres') ], 'pgbench makes its tables');

my ($out, $err) = ('', '');
my $writer = IPC::Run::start(
	[ 'pgbench', '-n', '-c', '2', '-t', '100000000', $upstream->connstr('postgres') ],
	'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
wait_until($upstream, 'SELECT count(*) > 100 FROM pgbench_history');
for my $node ($upstream, $downstream)
{
	for my $options ([ '-t', 'pgbench_accounts' ], [ '-t', 'pgbench_tellers', '-o', 'bid' ])
	{
		my $before = $node->safe_psql('postgres', 'SELECT count(*) FROM pgbench_history');
		$node->command_ok([ 'pg_repack', '-d', 'postgres', '--no-kill-backend', '-T', '600', @$options ],
			'pg_repack runs on the ' . $node->name . " with @$options");
		isnt($node->safe_psql('postgres', 'SELECT count(*) FROM pgbench_history'), $before, 'while rows come');
	}
}
$writer->signal('INT');
$writer->finish;
wait_for_follow($downstream);
is_same($upstream, $downstream, 'all that pgbench wrote follows');
is($downstream->safe_psql('postgres', 'SELECT unsupported FROM follow_status'), '0', 'nothing was left out');
done_testing();
