# A copy is killed at 20 moments, which the seed chooses: each process that has a part in it on either side by SIGKILL,
# and the servers by SIGKILL, by a crash and by a restart. Each time both databases are equal in the end, no table that
# was copied before is copied again, and no slot is left beside that of the follow.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use List::Util qw(shuffle);
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $seed = $ENV{PGF_SEED} // int(rand(1_000_000));
srand($seed);
diag("PGF_SEED=$seed");

# A pg_dump whose session was killed is tried again, as by default.
my $config = "restart_after_crash = on\npg_follower.max_retries = 3\n"
  . "pg_follower.copy_workers = 3\npg_follower.copy_split_size = 1MB\n";
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $config);
my $tables = 62;
$upstream->safe_psql('postgres', <<'SQL');
CREATE DATABASE source;
\c source
CREATE EXTENSION pg_follower;
DO $$
BEGIN
	FOR i IN 1 .. 60 LOOP
		EXECUTE format('CREATE TABLE t%s (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)', i);
		EXECUTE format('CREATE INDEX ON t%s (v)', i);
		EXECUTE format('INSERT INTO t%s (v) SELECT md5(n::text) FROM generate_series(1, 3000) AS n', i);
		EXECUTE format('CREATE FUNCTION f%s() RETURNS integer LANGUAGE sql AS ''SELECT %s''', i, i);
	END LOOP;
	-- These are copied in parts.
	FOR i IN 1 .. 2 LOOP
		EXECUTE format('CREATE TABLE large%s (id integer PRIMARY KEY, v text)', i);
		EXECUTE format('INSERT INTO large%s SELECT n, md5(n::text) FROM generate_series(1, 50000) AS n', i);
	END LOOP;
END
$$;
SELECT lo_from_bytea(4711, 'large object');
SQL
# Waits for a process, and returns its number; null where there is none for 20 seconds.
my $pid_of = <<'SQL';
CREATE FUNCTION pid_of(condition text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	found integer;
BEGIN
	FOR i IN 1 .. 4000 LOOP
		EXECUTE 'SELECT pid FROM pg_stat_activity WHERE ' || condition || ' ORDER BY random() LIMIT 1' INTO found;
		EXIT WHEN found IS NOT NULL;
		PERFORM pg_stat_clear_snapshot(), pg_sleep(0.005);
	END LOOP;
	RETURN found;
END
$$;
SQL
$_->safe_psql('postgres', $pid_of) for $upstream, $downstream;

sub poll
{
	my ($what, $ready) = @_;
	for (1 .. 50 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $answer = $ready->();
		return $answer if $answer;
		sleep(0.02);
	}
	die "$what did not come\n";
}

# Kills a process that the condition finds in pg_stat_activity. The placeholder is the downstream's database.
sub process
{
	my ($node, $condition) = @_;
	return sub {
		my ($name) = @_;
		my $where = PgFollower::literal(sprintf($condition, $name));
		my ($status, $pid) = $node->psql('postgres', "SELECT pid_of($where)");
		return $status == 0 && $pid =~ /^\d+$/ ? kill('KILL', $pid) : 0;
	};
}

# The process of pg_dump has the folder of the upstream's socket among its arguments.
sub kill_dump
{
	my $host = $upstream->host;
	for (1 .. 2000)
	{
		for my $folder (glob '/proc/[0-9]*')
		{
			open(my $file, '<', "$folder/cmdline") or next;
			my $command = <$file> // '';
			next if $command !~ /^[^\0]*pg_dump\0.*\Q$host\E/s;
			return kill('KILL', $folder =~ /(\d+)$/);
		}
		sleep(0.01);
	}
	return 0;
}

# Kills a server's first process; the others end when they notice.
sub kill_server
{
	my ($node) = @_;
	return sub {
		my ($pid) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
		$node->kill9;
		poll('the end of the server', sub { !kill(0, $pid) });
		poll('the server', sub { $node->start(fail_ok => 1) });
		return 1;
	};
}

sub restart
{
	my ($node, $mode) = @_;
	return sub { $node->stop($mode); $node->start; return 1 };
}

sub crash_both
{
	$_->stop('immediate') for $upstream, $downstream;
	$_->start for $downstream, $upstream;
	return 1;
}

my $phases = [ 'slot', 'dump', 'schema', 'tables', 'tables' ];
my @targets = (
	[ 'the worker', process($downstream, q{datname = '%s' AND backend_type = 'pg_follower worker'}), $phases ],
	[ 'a copy worker', process($downstream, q{datname = '%s' AND backend_type LIKE 'pg_follower copy worker%%'}),
		['tables'] ],
	[ 'pg_dump', \&kill_dump, ['dump'] ],
	[ 'the checkpointer downstream', process($downstream, q{backend_type = 'checkpointer'}), $phases ],
	[ 'the downstream server', kill_server($downstream), $phases ],
	[ 'a crash of the downstream', restart($downstream, 'immediate'), $phases ],
	[ 'a restart of the downstream', restart($downstream, 'fast'), $phases ],
	[ 'the session that makes the slot, or has the snapshot',
		process($upstream, q{backend_type = 'walsender' AND application_name = 'pg_follower worker'}),
		[ 'slot', 'tables' ] ],
	[ 'a session that reads rows', process($upstream, q{application_name LIKE 'pg_follower copy worker%%'}),
		['tables'] ],
	[ 'the session of pg_dump', process($upstream, q{application_name LIKE 'pg_follower schema%%'}),
		['dump'] ],
	[ 'the checkpointer upstream', process($upstream, q{backend_type = 'checkpointer'}), $phases ],
	[ 'the upstream server', kill_server($upstream), $phases ],
	[ 'a crash of the upstream', restart($upstream, 'immediate'), $phases ],
	[ 'a restart of the upstream', restart($upstream, 'fast'), $phases ],
	[ 'a crash of both', \&crash_both, $phases ]);
# Each once, then some again.
my @moments = (shuffle(@targets), map { $targets[ int(rand(@targets)) ] } @targets + 1 .. 20);

# Waits until the copy has come to the phase, and that many tables are copied.
sub wait_for_moment
{
	my ($name, $phase, $copied) = @_;
	return if $phase eq 'slot';
	my %come = (dump => "<> 'slot'", schema => "NOT IN ('slot', 'dump')", tables => "IN ('tables', 'done')");
	poll(
		"phase $phase",
		sub {
			my ($status, $out) = $downstream->psql($name, "SELECT copy_phase $come{$phase}
				AND (SELECT count(*) >= $copied FROM follower.followed_table WHERE state IN ('copied', 'following'))
				FROM follower.follow");
			return $status == 0 && $out eq 't';
		});
	return;
}

# What is copied, and when that was complete.
sub finished
{
	my ($name) = @_;
	return $downstream->safe_psql($name, q{SELECT relation, finished_at FROM follow_copy_progress
		WHERE state IN ('copied', 'following') ORDER BY 1});
}

# Positions of sequences, and large objects.
sub beside_tables
{
	my ($node, $name) = @_;
	return $node->safe_psql($name, q{
		SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1;
		SELECT oid, lo_get(oid) FROM pg_largeobject_metadata});
}

my ($number, %reached) = (0);
for my $moment (@moments)
{
	my ($what, $kill, $among) = @$moment;
	$number++;
	my $phase = $among->[ int(rand(@$among)) ];
	my $copied = $phase eq 'tables' ? int(rand($tables / 2)) : 0;
	my ($killed, $name, $before, $title) = (0);
	# Where the copy has ended before there was something to kill, another one is made.
	for my $try ('a' .. 'e')
	{
		$name = "killed_$number$try";
		$downstream->safe_psql('postgres', "CREATE DATABASE $name");
		$downstream->safe_psql($name, 'CREATE EXTENSION pg_follower');
		# The slot is made when this transaction has ended.
		my $writer;
		if ($phase eq 'slot')
		{
			$writer = $upstream->background_psql('postgres');
			$writer->query_safe('BEGIN; SELECT pg_current_xact_id()');
		}
		start_follow($downstream, $upstream, dbname => $name, upstream_dbname => 'source', wait => 0);
		wait_for_moment($name, $phase, $copied);
		sleep(rand(0.1));
		$before = finished($name);
		my $tables_before = () = $before =~ /\|/g;
		$title = "$number: $what, in phase $phase" . ($phase eq 'tables' ? " with $tables_before tables copied" : '');
		$killed = $kill->($name);
		if ($writer)
		{
			# It has ended already where the upstream crashed.
			eval { $writer->query('COMMIT') };
			eval { $writer->quit };
		}
		last if $killed && $tables_before < $tables;
		$downstream->safe_psql($name, 'SELECT drop_follow()');
	}
	ok($killed, "$title: killed");
	$reached{$phase}++;
	wait_for_server($_) for $upstream, $downstream;
	wait_for_follow($downstream, dbname => $name);
	is_same($upstream, $downstream, $title, dbname => $name, upstream_dbname => 'source');
	is(beside_tables($downstream, $name), beside_tables($upstream, 'source'), "$title: sequences and large objects");
	my %after = map { $_ => 1 } split /\n/, finished($name);
	is(join("\n", grep { !$after{$_} } split /\n/, $before), '', "$title: what was copied is not copied again");
	is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '1', "$title: one slot");
	$downstream->safe_psql($name, 'SELECT drop_follow()');
	$downstream->safe_psql('postgres', "DROP DATABASE $name");
}
note('phases: ' . join(', ', map { "$_ $reached{$_}" } sort keys %reached));
is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '0', 'no slot is left');

done_testing();
