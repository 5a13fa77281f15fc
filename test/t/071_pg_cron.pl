# pg_cron in a database that follows: its jobs run upstream only, and what they do follows. They come as inactive jobs,
# for whom the downstream belongs to after the cut-over. Tables of extensions can be left out by a setting.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "max_worker_processes = 30\n");
plan skip_all => 'pg_cron is not installed for this server (Debian: postgresql-15-cron)'
  if $upstream->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_cron'}) == 0;
for my $node ($upstream, $downstream)
{
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_follower, pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on\n");
	$node->restart;
}
sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

start_follow($downstream, $upstream);
up('CREATE EXTENSION pg_cron');
up('CREATE TABLE ran (at timestamptz DEFAULT now(), here text)');
up(q{
	SELECT cron.schedule('every minute', '* * * * *',
		$$INSERT INTO public.ran (here) VALUES (current_setting('cluster_name'))$$);
	SELECT cron.schedule('never', '0 0 1 1 *', 'SELECT 1');
	UPDATE cron.job SET active = false WHERE jobname = 'never';
	UPDATE cron.job SET active = true, schedule = '0 0 2 1 *' WHERE jobname = 'never';
});
wait_for_follow($downstream);
my $jobs = 'SELECT jobid, schedule, command, nodename, database, username, jobname, active FROM cron.job
	ORDER BY jobid';
is(down($jobs), up($jobs) =~ s/\|t$/|f/mgr, 'jobs follow, but as inactive ones');
# pg_cron reads its jobs when it starts.
$downstream->restart;

wait_until($upstream, q{SELECT count(*) > 0 FROM cron.job_run_details WHERE status = 'succeeded'});
wait_for_follow($downstream);
is(down('SELECT DISTINCT here FROM ran'), 'upstream', 'a job runs upstream only');
is(down('SELECT count(*) FROM ran'), up('SELECT count(*) FROM ran'), 'what it does follows');
is(down('SELECT count(*) FROM cron.job_run_details'), '0', 'the record of its runs does not follow');
is(down('SELECT state, unsupported, rows_missing FROM follow_status'), 'streaming|0|0', 'and nothing else is amiss');
is(schema_dump($downstream), schema_dump($upstream), 'the schemas are the same');

# An update of the whole row, and a key of all columns.
up(q{ALTER TABLE cron.job REPLICA IDENTITY FULL; UPDATE cron.job SET schedule = '0 0 3 1 *' WHERE jobname = 'never'});
wait_for_follow($downstream);
is(down($jobs), up($jobs) =~ s/\|t$/|f/mgr, 'jobs are found by their whole rows, too');
up('SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = \'never\'');
wait_for_follow($downstream);
is(down($jobs), up($jobs) =~ s/\|t$/|f/mgr, 'a job that is gone is gone here');

# The setting names extensions and tables.
down(q{ALTER SYSTEM SET pg_follower.skip_extension_tables = 'cron.job_run_details', 'pg_cron'});
$downstream->reload;
down('SELECT stop_follow()');
down('SELECT resume_follow()');
up(q{SELECT cron.schedule('unseen', '0 0 1 1 *', 'SELECT 1')});
wait_for_follow($downstream);
is(down(q{SELECT count(*) FROM cron.job WHERE jobname = 'unseen'}), '0', 'rows of an extension that is left out');
my ($status, $out, $err) = $downstream->psql('postgres', q{ALTER SYSTEM SET pg_follower.skip_extension_tables = '"'});
like($err, qr/invalid value for parameter "pg_follower.skip_extension_tables"/, 'a list that is none is refused');
done_testing();
