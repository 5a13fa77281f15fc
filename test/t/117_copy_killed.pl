# A copy goes on after a process was killed at any moment of it, from the slot's creation to the last table: schema and
# rows are the same at the end, and no slot is left beside that of the follow.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $seed = $ENV{PGF_SEED} // int(rand(1_000_000));
srand($seed);
diag("PGF_SEED=$seed");

# A pg_dump whose session was killed is tried again, as by default.
my ($upstream, $downstream) =
  pgf_pair(preload => 1, config => "restart_after_crash = on\npg_follower.max_retries = 3\n");
$upstream->safe_psql('postgres', <<'SQL');
DO $$
BEGIN
	FOR i IN 1 .. 150 LOOP
		EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY, v text)', i);
		EXECUTE format('CREATE INDEX ON t%s (v)', i);
		EXECUTE format('INSERT INTO t%s SELECT n, md5(n::text) FROM generate_series(1, 300) AS n', i);
		EXECUTE format('CREATE FUNCTION f%s() RETURNS integer LANGUAGE sql AS ''SELECT %s''', i, i);
	END LOOP;
END
$$;
SQL

# The length of a copy that nothing interrupts says when to kill.
my $began = Time::HiRes::time();
start_follow($downstream, $upstream);
wait_for_follow($downstream);
my $length = Time::HiRes::time() - $began;
is_same($upstream, $downstream, 'nothing is killed');
$downstream->safe_psql('postgres', 'SELECT drop_follow()');

my @kills = (
	[ 'the worker', $downstream, q{SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower worker%'} ],
	[ 'its session upstream', $upstream, q{SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pg_follower%'
		OR application_name = 'pg_dump' ORDER BY random() LIMIT 1} ]);
my %phases;
for my $number (1 .. 8)
{
	my ($what, $node, $query) = @{ $kills[ $number % 2 ] };
	my $name = "copy$number";
	$downstream->safe_psql('postgres', "CREATE DATABASE $name");
	$downstream->safe_psql($name, 'CREATE EXTENSION pg_follower');
	start_follow($downstream, $upstream, dbname => $name, upstream_dbname => 'postgres', wait => 0);
	# The first moments are short and are tried more often.
	sleep(rand($number <= 3 ? 0.5 : $length));
	my ($status, $phase) = $downstream->psql($name, 'SELECT copy_phase FROM follower.follow');
	my ($found, $pid) = $node->psql('postgres', $query);
	my $killed = $found == 0 && $pid =~ /^\d+$/ ? kill('KILL', $pid) : 0;
	note("$number: $what killed $killed times in phase $phase");
	$phases{$phase}++;
	wait_for_server($_) for $upstream, $downstream;
	wait_for_follow($downstream, dbname => $name);
	is_same($upstream, $downstream, "$number: $what is killed", dbname => $name, upstream_dbname => 'postgres');
	is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '1', "$number: one slot");
	$downstream->safe_psql($name, 'SELECT drop_follow()');
}
note('phases: ' . join(', ', map { "$_ $phases{$_}" } sort keys %phases));
is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '0', 'no slot is left');

done_testing();
