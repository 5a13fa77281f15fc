# On a physical standby of the downstream, wait_for_follow() waits until the standby shows what was committed upstream,
# and follow_status tells how far it is.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE TABLE t (i int PRIMARY KEY)');
wait_for_follow($downstream);
$downstream->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($downstream, 'copy', has_streaming => 1);
$standby->start;

sub up { return $upstream->safe_psql('postgres', shift) }
sub here { return $standby->safe_psql('postgres', shift) }

for my $i (1 .. 5)
{
	up("INSERT INTO t VALUES ($i)");
	is(here("SELECT wait_for_follow('$time_limit')"), 't', "wait_for_follow on the standby, $i");
	is(here('SELECT max(i) FROM t'), $i, 'what was committed upstream is there');
}
is(here("SELECT wait_for_follow('$time_limit')"), 't', 'with nothing to apply');
up("SELECT pg_logical_emit_message(true, 'other', 'x')");
is(here("SELECT wait_for_follow('$time_limit')"), 't', 'nor with what does not follow');
is(here('SELECT state, pid IS NULL FROM follow_status'), 'streaming|t', 'follow_status on the standby');
wait_until($standby, "SELECT lag_bytes = 0 AND lag_time = '0' FROM follow_status");
ok(1, 'with the lag of the standby');

# A standby that is behind, while its primary is not.
here('SELECT pg_wal_replay_pause()');
wait_until($standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'");
up('INSERT INTO t VALUES (100)');
wait_for_follow($downstream);
is(here("SELECT wait_for_follow('500 ms')"), 'f', 'wait_for_follow on a standby that is behind');
is(here('SELECT lag_bytes > 0 FROM follow_status'), 't', 'which follow_status shows');
is($downstream->safe_psql('postgres', 'SELECT i FROM t WHERE i = 100'), '100', 'while the primary is not');
here('SELECT pg_wal_replay_resume()');
is(here("SELECT wait_for_follow('$time_limit')"), 't', 'and when it goes on');
is(here('SELECT max(i) FROM t'), '100', 'it has the row');

# What ends the wait.
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$downstream->wait_for_catchup($standby, 'replay', $downstream->lsn('insert'));
my ($status, $out, $err) = $standby->psql('postgres', 'SELECT wait_for_follow()');
like($err, qr/ERROR:  follow "default" is stopped/, 'wait_for_follow on the standby while the follow is stopped');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is(here("SELECT wait_for_follow('$time_limit')"), 't', 'after resume_follow()');
($status, $out, $err) = $standby->psql('postgres', 'SELECT stop_follow()');
like($err, qr/ERROR: .*recovery|read-only/, 'the standby does not control the follow');

done_testing();
