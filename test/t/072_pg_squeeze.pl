# pg_squeeze works on either side while applications write upstream. It reads a table's changes through a slot of its
# own, and puts the packed table in the place of the old one without a command that an event trigger would see.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "max_worker_processes = 30\n");
for my $node ($upstream, $downstream)
{
	plan skip_all => 'pg_squeeze is not installed for this server (Debian 13: postgresql-17-squeeze)'
	  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_squeeze'}) == 0;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_follower, pg_squeeze'\n");
	$node->append_conf('postgresql.conf', "wal_level = logical\n");
	$node->append_conf('postgresql.conf', "output_plugin_libraries = 'pgoutput, pg_follower, pg_squeeze'\n")
	  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'}) > 0;
	$node->restart;
}

start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE EXTENSION pg_squeeze');
$upstream->command_ok([ 'pgbench', '-i', '-q', '-s', '1', $upstream->connstr('postgres') ], 'pgbench makes its tables');
# A table with TOAST, which is swapped, too, and whose large values are not sent with every update.
$upstream->safe_psql('postgres', q{
	CREATE TABLE wide (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, text text);
	ALTER TABLE wide ALTER COLUMN text SET STORAGE EXTERNAL;
	INSERT INTO wide SELECT n, 0, repeat(md5(n::text), 100) FROM generate_series(1, 500) AS n});
wait_for_follow($downstream);

my $script = $upstream->basedir . '/writes.sql';
append_to_file($script, <<'SQL');
\set id random(1, 500)
UPDATE wide SET n = n + 1 WHERE id = :id;
\set aid random(1, 100000)
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, 1, now());
SQL
my ($out, $err) = ('', '');
my $writer = IPC::Run::start(
	[ 'pgbench', '-n', '-c', '2', '-t', '100000000', '-f', $script, $upstream->connstr('postgres') ],
	'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
wait_until($upstream, 'SELECT count(*) > 100 FROM pgbench_history');
for my $node ($upstream, $downstream)
{
	for my $table ('pgbench_accounts', 'wide')
	{
		my $before = $node->safe_psql('postgres', 'SELECT count(*) FROM pgbench_history');
		my $file = $node->safe_psql('postgres', "SELECT pg_relation_filenode('$table')");
		$node->safe_psql('postgres', "SELECT squeeze.squeeze_table('public', '$table')");
		wait_until($node, "SELECT pg_relation_filenode('$table') <> $file");
		wait_until($node, "SELECT count(*) > $before FROM pgbench_history");
		pass("pg_squeeze packed $table on the " . $node->name . ' while rows came');
	}
}
$writer->signal('INT');
$writer->finish;
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT state, unsupported, rows_missing FROM follow_status'), 'streaming|0|0',
	'nothing was left out');
is_same($upstream, $downstream, 'all that was written follows');
done_testing();
