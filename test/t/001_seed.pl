# The session that the README shows, statement for statement, and what it shows of the processes.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(extension => 0);
my $port = $upstream->port;

# The command tags and results as psql prints them.
sub session
{
	my ($node, $statement) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $statement,
		extra_params => [ '-P', 'format=aligned', '-P', 'tuples_only=off', '-P', 'footer=on' ]);
	is($err, '', "no message from: $statement");
	return $out;
}

session($upstream, 'CREATE EXTENSION pg_follower ;');
session($downstream, 'CREATE EXTENSION pg_follower ;');

# The servers find each other's socket by PGHOST, as the session's find it in the default folder.
my ($status, $out, $err) = $downstream->psql('postgres', "SELECT * FROM start_follow('user=postgres port=$port');",
	extra_params => [ '-P', 'format=aligned', '-P', 'tuples_only=off', '-P', 'footer=on' ]);
is($status, 0, 'start_follow returns');
like($out, qr/\A start_follow\s*\n-+\n\s*\n\(1 row\)\s*\z/, 'start_follow prints an empty row');
# The page does not preload the library, which limits what follows.
$err =~ s/WARNING:  upstream does not have pg_follower in shared_preload_libraries\n//;
unlike($err, qr/WARNING|ERROR/, 'start_follow has no complaint');

session($upstream, 'CREATE TABLE foo (id int);');
session($upstream, 'INSERT INTO foo VALUES (generate_series(1, 20));');
wait_for_follow($downstream);
is( session($downstream, 'SELECT * FROM foo ;'),
	" id \n----\n" . join('', map { sprintf "%3d\n", $_ } 1 .. 20) . "(20 rows)\n",
	'the table and its rows are on the downstream');

sub process_title
{
	my ($pid) = @_;
	my $title = slurp_file("/proc/$pid/cmdline");
	$title =~ s/\0.*//s;
	return $title;
}
like(process_title(worker_pid($downstream)), qr/^postgres: .*pg_follower worker/, "the worker's process title");
is(
	$downstream->safe_psql(
		'postgres', "SELECT backend_type FROM pg_stat_activity WHERE pid = " . worker_pid($downstream)
	),
	'pg_follower worker',
	"the worker's backend type"
);
my $walsender =
  $upstream->safe_psql('postgres', "SELECT pid FROM pg_stat_replication WHERE application_name = 'pg_follower worker'");
like(
	process_title($walsender),
	qr/^postgres: .*walsender postgres (?:postgres )?\[local\] START_REPLICATION/,
	"the walsender's process title"
);

$upstream->wait_for_catchup('pg_follower worker');
is_same($upstream, $downstream, 'both databases');

done_testing();
