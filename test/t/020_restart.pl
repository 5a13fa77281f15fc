# A follow goes on after the end of either server, of its worker, and of the upstream's walsender.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $config = "pg_follower.restart_interval = 1\n";
my ($upstream, $plain) = pgf_pair(config => $config);
my $preloaded = pgf_node('preloaded', preload => 1, config => $config);
$upstream->safe_psql('postgres', 'CREATE DATABASE empty');

my %rows;

# Inserts a row upstream, and tests that it arrives.
sub follows
{
	my ($node, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $id = ++$rows{all};
	$upstream->safe_psql('postgres', "INSERT INTO t VALUES ($id)");
	# The worker may be between two tries.
	wait_until($node, "SELECT count(*) = $id FROM t");
	is($node->safe_psql('postgres', "SELECT count(*), max(id) FROM t"), "$id|$id", $what);
	return;
}

my ($status, $out, $err) =
  $preloaded->psql('postgres', 'SELECT start_follow($$' . conninfo($upstream) . '$$)');
unlike($err, qr/NOTICE|will not resume/, 'no NOTICE where the library is preloaded here');
start_follow($plain, $upstream);
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
follows($_, 'a row follows') for $plain, $preloaded;

# --------------------------------------------------------------------------------------------------------- the upstream
$upstream->restart;
follows($_, 'restart of the upstream') for $plain, $preloaded;
like(
	$plain->safe_psql('postgres', 'SELECT last_error FROM follow_status'),
	qr/could not receive data from WAL stream|upstream has ended the stream|could not connect/,
	'the worker noticed it');

$upstream->stop('immediate');
wait_until($plain, "SELECT state = 'retrying' FROM follow_status");
$plain->safe_psql('postgres', 'SELECT stop_follow()');
is($plain->safe_psql('postgres', 'SELECT state FROM follow_status'),
	'stopped', 'stop_follow while the upstream is away');
$plain->safe_psql('postgres', 'SELECT resume_follow()');
($status, $out, $err) = $plain->psql('postgres', "SELECT wait_for_follow('1s')");
like($err, qr/ERROR:  could not connect to the upstream/, 'wait_for_follow while the upstream is away');
$upstream->start;
follows($_, 'crash of the upstream') for $plain, $preloaded;

$upstream->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication');
follows($_, 'end of the walsenders') for $plain, $preloaded;

# ----------------------------------------------------------------------------------------------------------- the worker
for my $node ($plain, $preloaded)
{
	my $pid = worker_pid($node);
	$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
	follows($node, 'end of the worker by pg_terminate_backend');
	isnt(worker_pid($node), $pid, 'another worker runs');
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . worker_pid($node) . ')');
	follows($node, 'cancel of the worker');
}
$preloaded->append_conf('postgresql.conf', "restart_after_crash = on\n");
$preloaded->reload;
my $pid = worker_pid($preloaded);
kill 'KILL', $pid;
wait_until($preloaded, "SELECT count(*) = 1 FROM follow_status WHERE pid <> $pid");
follows($preloaded, 'crash of the worker');
is($preloaded->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower%'"),
	'1', 'there is one worker after it');

# ------------------------------------------------------------------------------------------------------- the downstream
$plain->restart;
is($plain->safe_psql('postgres', 'SELECT state, pid IS NULL FROM follow_status'),
	'stopped|t', 'without preload a restart leaves the follow stopped');
($status, $out, $err) = $plain->psql('postgres', "SELECT wait_for_follow('1s')");
like($err, qr/ERROR:  follow "default" is stopped\nHINT:  Call resume_follow\(\)/, 'wait_for_follow says so');
$plain->safe_psql('postgres', 'SELECT resume_follow()');
follows($plain, 'restart without preload, resumed');

$preloaded->restart;
follows($preloaded, 'restart with preload');
$preloaded->stop('immediate');
$preloaded->start;
follows($preloaded, 'crash with preload');
$preloaded->safe_psql('postgres', 'SELECT stop_follow()');
$preloaded->restart;
is($preloaded->safe_psql('postgres', "SELECT state FROM follow_status"),
	'stopped', 'a follow that was stopped stays stopped');
is(
	$preloaded->safe_psql(
		'postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower worker%'"
	),
	'0',
	'no worker for it'
);
$preloaded->safe_psql('postgres', 'SELECT resume_follow()');
follows($preloaded, 'resumed after a restart');

# The launcher leaves nothing behind, and finds follows in other databases.
$preloaded->safe_psql('postgres', 'CREATE DATABASE other');
$preloaded->safe_psql('other', 'CREATE EXTENSION pg_follower');
$upstream->safe_psql('empty', 'CREATE EXTENSION pg_follower');
start_follow($preloaded, $upstream, name => 'elsewhere', dbname => 'other', upstream_dbname => 'empty');
$upstream->safe_psql('empty', 'CREATE TABLE e (id int PRIMARY KEY)');
wait_for_follow($preloaded, name => 'elsewhere', dbname => 'other');
$preloaded->restart;
$upstream->safe_psql('empty', 'INSERT INTO e VALUES (1)');
wait_until($preloaded, 'SELECT count(*) = 1 FROM e', 't', dbname => 'other');
follows($preloaded, 'restart with follows in two databases');
wait_until($preloaded, "SELECT string_agg(backend_type, ',' ORDER BY backend_type)
	FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower%'", 'pg_follower worker,pg_follower worker elsewhere');
ok(1, 'two workers and nothing else run');

# -------------------------------------------------------------------------------- what a follow lives in goes away
# A server that has preloaded the library refuses to drop such a database (017_names_and_databases); the other one does
# not know.
for my $end ('DROP DATABASE other WITH (FORCE)', 'DROP DATABASE other', 'DROP EXTENSION pg_follower CASCADE')
{
	my ($node, $name) = ($plain, 'pg_follower worker elsewhere');
	($node, $name) = ($preloaded, 'pg_follower worker') if $end =~ /EXTENSION/;
	if ($end =~ /DATABASE/)
	{
		$node->safe_psql('postgres', 'CREATE DATABASE other');
		$node->safe_psql('other', 'CREATE EXTENSION pg_follower');
		start_follow(
			$node, $upstream,
			name => 'elsewhere',
			dbname => 'other',
			upstream_dbname => 'empty',
			copy_data => 0
		);
		my $state = "state = 'streaming' AND pid IS NOT NULL";
		if ($end !~ /FORCE/)
		{
			# Its worker cannot connect, and waits for its next try.
			$upstream->stop;
			$state = "state = 'retrying' AND pid IS NULL";
		}
		wait_until($node, "SELECT $state FROM follow_status", 't', dbname => 'other');
		# Refused for a moment, while the worker is connected to the database.
		my $tries = 10 * $PostgreSQL::Test::Utils::timeout_default;
		usleep(100_000) while ($node->psql('postgres', $end))[0] != 0 && $tries-- > 0;
		cmp_ok($tries, '>', 0, "$end succeeds");
	}
	else
	{
		# Which is refused as long as there is a follow.
		$node->safe_psql('postgres', "DELETE FROM follower.follow; $end");
		$node->safe_psql('postgres',
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower%'");
	}
	# The worker may be started once more to find that its follow is gone, but not again and again: at last there is
	# none for longer than until the next try.
	my $starts = sub { my $n = () = slurp_file($node->logfile) =~ /background worker "$name"/g; return $n; };
	my ($before, $tries) = (-1, $PostgreSQL::Test::Utils::timeout_default / 3);
	while ($before != $starts->() && $tries-- > 0)
	{
		$before = $starts->();
		sleep 3;
	}
	is($starts->(), $before, "$end: no worker is started again and again");
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = '$name'"),
		'0', "$end: none is left");
}

done_testing();
