# docs/moving.md, run statement by statement as the page shows it, while clients write 500 transactions a second and
# commands change the schema: from an old server to a new one, which may be newer (UPSTREAM_PG_CONFIG), and back.
# Nothing that a client was told is committed is lost, and the applications' pauses are printed.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use IPC::Run ();
use Pages;
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'the old server is newer than the new one' if $upstream_major > $downstream_major;

my $page = 'docs/moving.md';
my %node;
@node{ 'old', 'new' } = pgf_pair(preload => 1, extension => 0);
for my $name ('old', 'new')
{
	$node{$name}->safe_psql('postgres', 'CREATE DATABASE shop');
	$node{$name}->safe_psql('shop', 'CREATE EXTENSION pg_follower');
}

# ------------------------------------------------------------------------------------------------------------ the page

my %steps;
for my $block (grep { !$_->{not_run} } page_blocks($page))
{
	push @{ $steps{ $block->{heading} } }, page_steps($block);
}
my %session;

sub with_addresses
{
	my ($text) = @_;
	for my $name (keys %node)
	{
		my ($host, $port) = ($node{$name}->host, $node{$name}->port);
		$text =~ s/host=$name\.example/host=$host port=$port user=postgres/g;
		$text =~ s/-h $name\.example/-h $host -p $port/g;
	}
	return $text;
}

# Runs the steps below a heading, and ends where one of them says that something is amiss.
sub run_page
{
	my ($heading) = @_;
	for my $step (@{ $steps{$heading} // die "$page has no heading \"$heading\"" })
	{
		my ($text, $out) = (with_addresses($step->{text}), '');
		if ($step->{where} eq 'shell')
		{
			IPC::Run::run([ 'bash', '-o', 'pipefail', '-c', $text ], '>', \$out, '2>&1')
			  or die "$step->{text}\n$out";
		}
		else
		{
			$session{ $step->{where} } //= { connection => $node{ $step->{where} }->connstr('shop') };
			$out = run_in_session($session{ $step->{where} }, $text);
		}
		my $amiss = $out =~ /ERROR|FATAL|WARNING/;
		$amiss ||= $text =~ /wait_for_follow/ && $out !~ /^ t$/m;
		$amiss ||= $text =~ /still_here|pg_prepared_xacts/ && $out !~ /^ +0$/m;
		$amiss ||= $text =~ /follower\.unsupported/ && $out !~ /^\(0 rows\)$/m;
		die "$step->{where}=# $text\n$out" . follow_status($node{new}, dbname => 'shop') if $amiss;
		$step->{printed} = $out;
	}
	return;
}

# ------------------------------------------------------------------------------------------------------------ the load

# Each transaction leaves a row, which says by its client's name which time of the move it belongs to.
my $writes = "$PostgreSQL::Test::Utils::tmp_check/writes.sql";
append_to_file($writes, <<'SQL');
\set aid random(1, 100000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, 1, now());
INSERT INTO written DEFAULT VALUES;
END;
SQL
# Commands of every day, in a form that the oldest version knows.
my $commands = "$PostgreSQL::Test::Utils::tmp_check/commands.sql";
append_to_file($commands, <<'SQL');
\set n random(1, 5)
\set m random(1, 9)
\set what random(1, 10)
SELECT format(CASE :what
    WHEN 1 THEN 'ALTER TABLE t%1$s ADD COLUMN IF NOT EXISTS c%2$s integer DEFAULT %2$s NOT NULL'
    WHEN 2 THEN 'ALTER TABLE t%1$s ALTER v TYPE varchar(%2$s00)'
    WHEN 3 THEN 'CREATE INDEX IF NOT EXISTS i%1$s ON t%1$s (v)'
    WHEN 4 THEN 'ALTER TABLE t%1$s DROP COLUMN IF EXISTS c%2$s'
    WHEN 5 THEN 'DROP TABLE IF EXISTS n%2$s CASCADE'
    WHEN 6 THEN 'CREATE TABLE IF NOT EXISTS n%2$s AS SELECT n AS id, random() AS v FROM generate_series(1, 50) AS n'
    WHEN 7 THEN 'CREATE OR REPLACE VIEW v%1$s AS SELECT id, v FROM t%1$s'
    WHEN 8 THEN 'DROP VIEW IF EXISTS v%1$s'
    WHEN 9 THEN 'INSERT INTO t%1$s (v) SELECT n FROM generate_series(1, 20) AS n'
    ELSE 'UPDATE t%1$s SET v = left(v || ''!'', 50) WHERE id %% 10 = %2$s' END, :n, :m) AS command \gset
DO $x$ BEGIN :command; EXCEPTION WHEN feature_not_supported OR dependent_objects_still_exist THEN NULL; END $x$;
\sleep 20 ms
SQL

# The clients of a time, on the server that takes writes then. What pgbench prints goes to a file: it would wait for
# somebody who reads it.
my %load;

sub start_load
{
	my ($time, $server) = @_;
	my @to = ('pgbench', '-n', '-T', '3600', '-h', $node{$server}->host, '-p', $node{$server}->port);
	local $ENV{PGAPPNAME} = $time;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	for my $what ([ '-c', 4, '-R', 500, '-f', $writes ], [ '-c', 1, '-f', $commands ])
	{
		my $log = "$PostgreSQL::Test::Utils::tmp_check/load_${time}_$what->[1].log";
		push @{ $load{$time} }, { log => $log, run => IPC::Run::start([ @to, @$what, 'shop' ], '>', $log, '2>&1') };
	}
	return;
}

# Whoever wrote at that time has been put out. All that clients were told is committed is on both servers.
sub check_load
{
	my ($time) = @_;
	my @said;
	for my $load (@{ $load{$time} })
	{
		eval { $load->{run}->finish };
		push @said, slurp_file($load->{log});
		like($said[-1], qr/terminating connection due to administrator command|in a read-only transaction/,
			"$time: clients worked until the pause");
	}
	my ($told) = $said[0] =~ /number of transactions actually processed: (\d+)/;
	my ($old, $new) = map { written($time, $_) } 'old', 'new';
	is($new, $old, "$time: as many transactions on both servers");
	cmp_ok($old, '>=', $told, "$time: all that clients were told is committed is there");
	return;
}

# How many of the transactions of a time are on a server.
sub written
{
	my ($time, $server) = @_;
	return $node{$server}->safe_psql('shop', "SELECT count(*) FROM written WHERE time = '$time'");
}

sub wait_for_writes
{
	my ($time, $server, $count) = @_;
	wait_until($node{$server}, "SELECT count(*) >= $count FROM written WHERE time = '$time'", 't', dbname => 'shop');
	return;
}

# From the last transaction of one time to the first of the next. It is no test: machines differ.
sub note_pause
{
	my ($what, $one, $other, $server) = @_;
	my $seconds = $node{$server}->safe_psql('shop', "
		SELECT round(extract(epoch FROM (SELECT min(at) FROM written WHERE time = '$other')
			- (SELECT max(at) FROM written WHERE time = '$one'))::numeric, 2)");
	note("$what: nobody could write for $seconds s");
	return;
}

my $sequences = q{SELECT string_agg(format('%s %s', sequencename, last_value), ', ' ORDER BY sequencename)
	FROM pg_sequences};

# ------------------------------------------------------------------------------------------------------------- the move

$node{old}->command_ok([ 'pgbench', '-q', '-i', '-h', $node{old}->host, '-p', $node{old}->port, 'shop' ],
	'pgbench makes its tables');
$node{old}->safe_psql('shop', q{
	CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		time text NOT NULL DEFAULT current_setting('application_name'),
		at timestamptz NOT NULL DEFAULT clock_timestamp());
	DO $$ BEGIN
		FOR i IN 1 .. 5 LOOP
			EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, v text)', i);
		END LOOP;
	END $$;
	SELECT lo_from_bytea(0, 'large');
});
run_page('Moving to a new server or a new major version');
run_page('Prepare');
start_load('before', 'old');
wait_for_writes('before', 'old', 200);
run_page('Copy and follow');
wait_for_writes('before', 'new', 1000);
run_page('Watch');
run_page('Compare');
my ($there, $here) = map { $_->{printed} } grep { $_->{text} =~ /hashtext/ } @{ $steps{Compare} };
is($here, $there, 'a table that is compared under load is equal');

run_page('Cut-over');
run_page('The pause');
start_load('between', 'new');
wait_for_writes('between', 'new', 1);
note_pause('the cut-over', 'before', 'between', 'new');
run_page('After the pause');
wait_for_writes('between', 'old', 1000);
run_page('Afterwards');
check_load('before');

run_page('The pause on the way back');
start_load('after', 'old');
wait_for_writes('after', 'old', 1);
note_pause('the way back', 'between', 'after', 'old');
run_page('After the way back');
wait_for_writes('after', 'new', 500);
check_load('between');

$node{old}->safe_psql('shop', q{
	SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'after'});
wait_for_follow($node{new}, dbname => 'shop');
check_load('after');
{
	# The new server is read-only, and schemas of two versions are compared in a database that is made there.
	local $ENV{PGOPTIONS} = '-c default_transaction_read_only=off';
	is_same($node{old}, $node{new}, 'there and back', dbname => 'shop');
}
is($node{new}->safe_psql('shop', $sequences), $node{old}->safe_psql('shop', $sequences), 'equal sequences');
is($node{new}->safe_psql('shop', 'SELECT count(*) FROM pg_largeobject_metadata'), '1', 'the large object is there');
for my $server ('old', 'new')
{
	is($node{$server}->safe_psql('shop', 'SELECT count(*) FROM follower.unsupported'), '0',
		"everything followed to the $server server");
}
run_page('The end');

end_session($_) for values %session;
done_testing();
