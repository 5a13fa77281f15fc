# Whatever is killed while tables are copied, and whatever commands change them upstream meanwhile: both sides are the
# same at the end, and what was copied is not copied again.
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

my $config = "pg_follower.copy_split_size = 1MB\npg_follower.copy_workers = 3\nrestart_after_crash = on\n";
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $config);

$upstream->safe_psql('postgres', <<'END');
CREATE TYPE label AS ENUM ('low', 'high');
CREATE TABLE large (id int PRIMARY KEY, t text NOT NULL, l label);
INSERT INTO large SELECT g, md5(g::text), 'low' FROM generate_series(1, 100000) AS g;
CREATE INDEX ON large (t);
DO $$
BEGIN
    FOR i IN 1 .. 20 LOOP
        EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text)', i);
        EXECUTE format('INSERT INTO t%s SELECT g, md5(g::text) FROM generate_series(1, 5000) AS g', i);
    END LOOP;
END $$;
END

start_follow($downstream, $upstream, copy_data => 1);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'before');
my $refresh = q{SELECT refresh_table(oid::regclass) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace};

# After a crash the copy goes on with what is missing.
$downstream->safe_psql('postgres', $refresh);
wait_until($downstream, q{SELECT count(*) > 4 FROM follower.followed_table WHERE state = 'copied'}, 't');
my $done = $downstream->safe_psql('postgres', q{SELECT string_agg(format('(%s, %L)', relid, finished_at), ', ')
    FROM follower.followed_table WHERE state = 'copied'});
$downstream->stop('immediate');
$downstream->start;
wait_for_follow($downstream);
is_same($upstream, $downstream, 'after a crash');
is($downstream->safe_psql('postgres', "SELECT count(*) FROM (VALUES $done) AS v (relid, finished_at)
    LEFT JOIN follower.followed_table AS t ON t.relid = v.relid AND t.finished_at = v.finished_at::timestamptz
    WHERE t.relid IS NULL"), '0', 'what was copied is not copied again');

# Commands against a table that is copied, or waits for it.
my $number = 0;
my @commands = (
	sub { "ALTER TABLE t$_[0] ADD c$number int DEFAULT $number" },
	sub { "ALTER TABLE t$_[0] ALTER v TYPE varchar(" . (100 + $number) . ')' },
	sub { "CREATE INDEX ON t$_[0] (v)" },
	sub { "TRUNCATE t$_[0]" },
	sub { "ALTER TABLE t$_[0] RENAME TO renamed$number; ALTER TABLE renamed$number RENAME TO t$_[0]" },
	sub { "DROP TABLE t$_[0]; CREATE TABLE t$_[0] (v text, id int UNIQUE); INSERT INTO t$_[0] VALUES ('new', 1)" },
	sub { "UPDATE t$_[0] SET v = v || '$number' WHERE id < 100" },
	sub { "CLUSTER t$_[0]; INSERT INTO t$_[0] (id, v) VALUES (-$number, 'x') ON CONFLICT DO NOTHING" },
	sub { "ALTER TYPE label RENAME VALUE 'low' TO 'x'; ALTER TYPE label RENAME VALUE 'high' TO 'low'; "
		. "ALTER TYPE label RENAME VALUE 'x' TO 'high'" },
	sub { "ALTER TABLE large ADD c$number int; UPDATE large SET t = 'y' WHERE id = $number" },
	sub { 'VACUUM FULL large' });

sub disturb
{
	my $table = 1 + int(rand(20));
	$number++;
	try_psql($upstream, 'postgres', $commands[ int(rand(@commands)) ]->($table));
	return;
}

sub pid_of
{
	my ($node, $query) = @_;
	my ($status, $pid) = try_psql($node, 'postgres', $query);
	return $status == 0 && $pid =~ /^\d+$/ ? $pid : undef;
}

my $copier = q{SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower copy worker%' ORDER BY random()
    LIMIT 1};
my $sender = q{SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pg_follower copy worker%' ORDER BY random()
    LIMIT 1};
my $worker = 'SELECT pid FROM follow_status';
my @kills = (
	[ 'a copy worker is killed', $downstream, 'KILL', $copier ],
	[ 'a copy worker is terminated', $downstream, 'TERM', $copier ],
	[ 'a connection of the upstream is killed', $upstream, 'KILL', $sender ],
	[ 'a connection of the upstream is terminated', $upstream, 'TERM', $sender ],
	[ 'the worker is killed', $downstream, 'KILL', $worker ],
	[ 'the worker is terminated', $downstream, 'TERM', $worker ]);

for my $kill (@kills)
{
	my ($what, $node, $signal, $query) = @$kill;
	$downstream->safe_psql('postgres', $refresh);
	my $killed = 0;
	for (1 .. 3)
	{
		sleep(rand(0.7));
		disturb();
		my $pid = pid_of($node, $query) // next;
		$killed += kill($signal, $pid);
		wait_for_server($_) for $upstream, $downstream;
	}
	note("$what: $killed times");
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
}
is($downstream->safe_psql('postgres', q{SELECT count(*) FROM follower.followed_table WHERE state <> 'following'}),
	'0', 'no table waits');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE NOT indisvalid'),
	'0', 'all indexes are valid');

$downstream->safe_psql('postgres', 'SELECT drop_follow()');
done_testing();
