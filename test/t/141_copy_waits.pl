# What the copy waits for upstream is shown, and the password of its connections is nowhere to be seen meanwhile: not in
# titles, arguments and environments of processes, not in views and logs of either server.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($upstream, $downstream) =
  pgf_pair(preload => 1, config => "max_prepared_transactions = 2\nlog_connections = on\n");
my $secret = 'not to be seen';
$upstream->safe_psql('postgres', <<"SQL");
SET log_statement = none;
CREATE ROLE copier LOGIN SUPERUSER PASSWORD '$secret';
CREATE TABLE held (id integer PRIMARY KEY, v text);
INSERT INTO held SELECT n, 'row' FROM generate_series(1, 100000) AS n;
CREATE INDEX ON held (v, id);
CREATE TABLE free (id integer PRIMARY KEY, v text);
SELECT 'CREATE TABLE t' || n || ' AS SELECT ' || n || ' AS id' FROM generate_series(1, 10) AS n \\gexec
SQL
# The role's password is asked for.
my $rules = $upstream->data_dir . '/pg_hba.conf';
my $others = slurp_file($rules);
open(my $file, '>', $rules) or die "could not write $rules: $!";
print $file "local all copier scram-sha-256\n$others";
close $file;
$upstream->reload;
my ($refused) = $upstream->psql('postgres', 'SELECT', connstr => $upstream->connstr('postgres') . ' user=copier');
isnt($refused, 0, 'the password is needed');

# ------------------------------------------------------------------------------------------------------------- secrets
my ($looks, %seen) = (0);

# Whatever others can see of the processes of either server, and of what they run.
sub look
{
	my $shown = '';
	for my $folder (glob '/proc/[0-9]*')
	{
		for my $name ('cmdline', 'environ')
		{
			open(my $file, '<', "$folder/$name") or next;
			local $/;
			my $content = <$file> // next;
			$seen{'copy worker'}++ if $content =~ /pg_follower copy worker/;
			$seen{'worker'}++ if $content =~ /pg_follower worker/;
			$seen{'pg_dump'}++ if $content =~ /^pg_dump\0/;
			$shown .= "$folder/$name: $content\n";
		}
	}
	for my $node ($upstream, $downstream)
	{
		$shown .= $node->safe_psql('postgres', 'SELECT * FROM pg_stat_activity');
	}
	$shown .= $downstream->safe_psql('postgres', 'SELECT * FROM follow_copy_progress; SELECT * FROM follow_status');
	$looks++;
	my ($where) = $shown =~ /^(.*\Q$secret\E.*)$/m;
	$seen{$where}++ if defined $where;
	return;
}

# -------------------------------------------------------------------------------------- the slot waits for transactions
sub waits_for
{
	return $downstream->safe_psql('postgres', 'SELECT DISTINCT slot_waits_for FROM follow_copy_progress');
}

my ($old, $newer, $reader) = map { $upstream->background_psql('postgres') } 1 .. 3;
my ($old_pid, $newer_pid) = map { $_->query_safe('SELECT pg_backend_pid()') } $old, $newer;
$old->query_safe('BEGIN; INSERT INTO free VALUES (1)');
$upstream->safe_psql('postgres', q{BEGIN; INSERT INTO free VALUES (2); PREPARE TRANSACTION 'it''s prepared'});
$newer->query_safe('BEGIN; INSERT INTO free VALUES (3)');
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM free');

my $conninfo = PgFollower::literal($upstream->connstr('postgres') . " user=copier password='$secret'");
$downstream->safe_psql('postgres', "SET log_statement = none; SELECT start_follow($conninfo)");
wait_until($downstream, 'SELECT phase FROM follow_copy_progress', 'slot');
is($downstream->safe_psql('postgres', 'SELECT state FROM follow_status'), 'copying', 'start_follow does not wait');
my $age = qr/\(\d\d:\d\d:\d\d\)/;
like(waits_for(), qr/^process $old_pid $age, prepared transaction 'it''s prepared' $age, process $newer_pid $age$/,
	'who has written is waited for, the oldest first, and who reads is not');
sleep(1.1);
my ($seconds) = waits_for() =~ /process $old_pid \(00:00:(\d\d)\)/;
cmp_ok($seconds, '>=', 1, 'with its age');
is( $downstream->safe_psql('postgres',
		'CREATE ROLE watcher IN ROLE pg_monitor; SET ROLE watcher;
			SELECT slot_waits_for IS NULL FROM follow_copy_progress'),
	'f',
	'whoever monitors the server sees it');
look();
$old->query_safe('COMMIT');
$upstream->safe_psql('postgres', q{ROLLBACK PREPARED 'it''s prepared'});
like(waits_for(), qr/^process $newer_pid $age$/, 'who has ended is not waited for');

# ------------------------------------------------------------------------------- the copy goes on when they have ended
# Looks until a kind of process is seen, at most so many times.
sub look_for
{
	my ($kind) = @_;
	for (1 .. $PostgreSQL::Test::Utils::timeout_default)
	{
		look();
		return if $seen{$kind} || !-e '/proc/self/environ';
	}
	return;
}

# pg_dump waits for a table. Who holds commands up lets the slot be made, but not the dump, until the table is locked.
my $commands = $upstream->background_psql('postgres');
$commands->query_safe('BEGIN; SELECT follower.lock_commands()');
$newer->query_safe('COMMIT');
wait_until($downstream, 'SELECT phase FROM follow_copy_progress', 'dump');
$old->query_safe('BEGIN; LOCK TABLE held');
$commands->query_safe('COMMIT');
look_for('pg_dump');
$old->query_safe('ROLLBACK');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'what waited is copied');
is(waits_for(), '', 'nothing is waited for any more');

# A snapshot waits in the same way.
$newer->query_safe('BEGIN; INSERT INTO free VALUES (4)');
$downstream->safe_psql('postgres', q{SELECT refresh_table('held')});
wait_until($downstream, "SELECT count(*) > 0 FROM follow_copy_progress WHERE slot_waits_for ~ '^process $newer_pid '");
pass('what a snapshot waits for is shown');
look();
$newer->query_safe('COMMIT');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------------ progress
# A session looks at the progress all the time while the table is copied, until it has seen all of it or, as often as a
# machine that is slow may need, the copy has ended.
$downstream->safe_psql('postgres', <<'SQL');
CREATE TABLE seen (what text PRIMARY KEY);
CREATE PROCEDURE watch() LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 100000 LOOP
		INSERT INTO seen SELECT 'COPY' FROM pg_stat_progress_copy
				WHERE relid = 'held'::regclass AND tuples_processed > 0
			UNION ALL SELECT 'CREATE INDEX' FROM pg_stat_progress_create_index WHERE relid = 'held'::regclass
			UNION ALL SELECT state || CASE WHEN index IS NULL THEN '' ELSE ' an index' END FROM follow_copy_progress
				WHERE relation = 'held'::regclass AND (state = 'indexing' AND index IS NOT NULL
					OR state = 'copying' AND bytes_done > 0 AND bytes_total > 0 AND rows_done > 0
						AND bytes_per_second > 0 AND pid IS NOT NULL AND started_at IS NOT NULL)
			ON CONFLICT DO NOTHING;
		COMMIT;
		EXIT WHEN (SELECT count(*) = 4 FROM seen);
		PERFORM pg_sleep(0.002);
	END LOOP;
END
$$;
SQL
my $watcher = $downstream->background_psql('postgres');
$watcher->query_until(qr/watching/, "\\echo watching\nCALL watch();\n\\echo seen\n");
for (1 .. 20)
{
	$downstream->safe_psql('postgres', q{SELECT refresh_table('held')});
	wait_for_follow($downstream);
	last if $downstream->safe_psql('postgres', 'SELECT count(*) FROM seen') == 4;
}
is($downstream->safe_psql('postgres', "SELECT string_agg(what, ', ' ORDER BY what COLLATE \"C\") FROM seen"),
	'COPY, CREATE INDEX, copying, indexing an index', 'the copy shows how far it is, as the server itself does');
$watcher->quit;
$downstream->safe_psql('postgres', 'DROP TABLE seen; DROP PROCEDURE watch()');

# Copies of all tables, until a copy worker has been seen.
for (1 .. 50)
{
	$downstream->safe_psql('postgres', q{SELECT refresh_table(oid::regclass) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace});
	my $ended = "SELECT copy_phase = 'done' OR state = 'failed' FROM follower.follow";
	do { look() } until $downstream->safe_psql('postgres', $ended) eq 't';
	last if $seen{'copy worker'};
}
is($downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status'), '',
	'many tables are copied anew by one worker');
$_->quit for $old, $newer, $reader, $commands;

# ------------------------------------------------------------------------------------------ an error of the connection
$upstream->safe_psql('postgres', "SET log_statement = none; ALTER ROLE copier PASSWORD 'another'");
$downstream->safe_psql('postgres', q{SELECT refresh_table('held')});
wait_until($downstream, q{SELECT last_error ~ 'password authentication failed' FROM follow_status});
look();

SKIP:
{
	skip 'no /proc here', 1 if !-e '/proc/self/environ';
	cmp_ok($seen{$_} // 0, '>', 0, "$_ has been seen at work") for 'worker', 'copy worker', 'pg_dump';
	delete @seen{ 'worker', 'copy worker', 'pg_dump' };
}
is(join("\n", keys %seen), '', "$looks looks at both servers show no password");
unlike(slurp_file($_->logfile), qr/\Q$secret/, 'nor does the log of ' . $_->name) for $upstream, $downstream;

done_testing();
