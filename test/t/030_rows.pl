# Row changes: what test/sql/rows writes is followed, and replayed from the form sql, as the SQL function returns it and
# as pg_recvlogical writes it. The tables must be the same each time.
use strict;
use warnings;

use File::Basename qw(basename dirname);
use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = dirname(__FILE__) . '/../sql/rows';
my @topics = map { basename($_, '.schema.sql') } sort glob "$folder/*.schema.sql";
cmp_ok(scalar @topics, '>=', 5, 'there are topics to follow');

my ($upstream, $downstream) = pgf_pair();

# Runs a script, of which every statement must succeed.
sub run_script
{
	my ($node, $dbname, $file, $options) = @_;
	local $ENV{PGOPTIONS} = $options // '';
	my $err;
	IPC::Run::run([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($dbname), '-f', $file ],
		'>', '/dev/null', '2>', \$err)
	  or die "$file failed in $dbname: $err";
	return;
}

# A database with the topic's tables as they are at the start.
sub prepare
{
	my ($node, $dbname, $topic, $extension) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $dbname");
	$node->safe_psql($dbname, 'CREATE EXTENSION pg_follower') if $extension;
	run_script($node, $dbname, "$folder/$topic.schema.sql");
	return;
}

# Plays a script of statements in a database of its own and compares the tables with the upstream's.
sub replay
{
	my ($topic, $script, $how, $options) = @_;
	my $dbname = "replay_${topic}_$how";
	prepare($downstream, $dbname, $topic, 0);
	run_script($downstream, $dbname, $script, $options);
	is(table_hashes($downstream, dbname => $dbname), table_hashes($upstream, dbname => $topic),
		"$topic: replayed from $how");
	return;
}

# Settings under which a replay, which sets what it needs, must give the same.
my $harmful = join ' ', map { "-c $_" } 'standard_conforming_strings=off', 'DateStyle=German', 'IntervalStyle=iso_8601',
  'TimeZone=Asia/Tokyo', 'extra_float_digits=-5', 'bytea_output=escape', 'xmloption=document', 'search_path=nowhere',
  'backslash_quote=off', 'client_encoding=LATIN1', 'quote_all_identifiers=on', 'array_nulls=off',
  'transform_null_equals=on', 'default_transaction_isolation=serializable';

for my $topic (@topics)
{
	prepare($upstream, $topic, $topic, 1);
	prepare($downstream, $topic, $topic, 1);
	start_follow($downstream, $upstream, dbname => $topic, copy_data => 0);
	$upstream->safe_psql($topic, "SELECT pg_create_logical_replication_slot('function_$topic', 'pg_follower')");
	$upstream->command_ok(
		[
			'pg_recvlogical', '-d', $upstream->connstr($topic), '-S',
			"stream_$topic", '-P', 'pg_follower', '--create-slot'
		],
		"$topic: pg_recvlogical makes a slot"
	);
	run_script($upstream, $topic, "$folder/$topic.writes.sql");

	wait_for_follow($downstream, dbname => $topic);
	is_same($upstream, $downstream, "$topic: followed", dbname => $topic);
	is($downstream->safe_psql($topic, 'SELECT rows_missing, unsupported FROM follow_status'), '0|0',
		"$topic: every change found its row");

	my $script = PostgreSQL::Test::Utils::tempdir . "/$topic.sql";
	IPC::Run::run([ 'psql', '-XAtq', '-d', $upstream->connstr($topic), '-c',
			"SELECT data FROM pg_logical_slot_get_changes('function_$topic', NULL, NULL)" ], '>', $script)
	  or die "could not read the changes of $topic";
	replay($topic, $script, 'function', $harmful);

	my $end = $upstream->safe_psql($topic, 'SELECT pg_current_wal_lsn()');
	$upstream->command_ok([ 'pg_recvlogical', '-d', $upstream->connstr($topic), '-S', "stream_$topic", '--start',
			'--no-loop', '--endpos', $end, '-f', "$script.stream" ], "$topic: pg_recvlogical ends");
	replay($topic, "$script.stream", 'stream');

	$upstream->safe_psql($topic, "SELECT pg_drop_replication_slot('$_')") for "function_$topic", "stream_$topic";
	$downstream->safe_psql($topic, 'SELECT drop_follow()');
}

# The first topic's follow never saw an error, nor did anybody else. start_follow warns of a library that is not
# preloaded.
my $preload = qr/  upstream does not have pg_follower in shared_preload_libraries/;
unlike(
	slurp_file($downstream->logfile),
	qr/ERROR|WARNING:(?!$preload)|PANIC|server process .* was terminated/,
	'the downstream had no complaint');
done_testing();
