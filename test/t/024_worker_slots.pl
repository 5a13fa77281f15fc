# Too few background worker slots after a restart: follow_status says so, and the follows start when slots are free.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream');
my $downstream = pgf_node('downstream', preload => 1);
$upstream->safe_psql('postgres', 'CREATE DATABASE other');
$upstream->safe_psql('other', 'CREATE EXTENSION pg_follower');
start_follow($downstream, $upstream);
start_follow($downstream, $upstream, name => 'second', upstream_dbname => 'other');
$upstream->safe_psql('postgres', 'CREATE TABLE t (i int PRIMARY KEY)');
$upstream->safe_psql('other', 'CREATE TABLE u (i int PRIMARY KEY)');
wait_for_follow($downstream);
wait_for_follow($downstream, name => 'second');

sub down { return $downstream->safe_psql('postgres', shift) }

# Restarts the downstream with so many slots, of which PostgreSQL's own launcher and that of pg_follower take one each.
sub restart_with
{
	my ($slots) = @_;
	$downstream->append_conf('postgresql.conf', "max_worker_processes = $slots\n");
	$downstream->restart;
	return;
}

# ------------------------------------------------------------------------------------------------------------ no slot
restart_with(2);
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (1)');
wait_until($downstream, "SELECT count(*) = 2 FROM follow_status
	WHERE state = 'starting' AND last_error = 'no background worker slot is free' AND last_error_at IS NOT NULL
	AND last_error_resolved_at IS NULL AND last_error_hint LIKE 'Raise max_worker_processes%'");
ok(1, 'follow_status says why the follows do not start');
# ------------------------------------------------------------------------------------------ one slot, and two follows
# The starter takes the slot and gives it back.
restart_with(3);
wait_until($downstream, "SELECT count(*) FILTER (WHERE state = 'streaming' AND last_error IS NULL) = 1
	AND count(*) FILTER (WHERE state = 'starting' AND last_error = 'no background worker slot is free') = 1
	FROM follow_status");
ok(1, 'one follow starts, and the other waits for a slot');
my $running = down("SELECT follow_name FROM follow_status WHERE state = 'streaming'");
my $waiting = $running eq 'second' ? 'default' : 'second';
down("SELECT stop_follow('$running')");
wait_until($downstream,
	"SELECT state = 'streaming' AND last_error IS NULL FROM follow_status WHERE follow_name = '$waiting'");
ok(1, 'the other starts when a slot is free');
wait_until($downstream, "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_follower launcher'");
ok(1, 'and the launcher ends');

# ------------------------------------------------------------------------------------------------ slots for everybody
restart_with(4);
down("SELECT resume_follow('$running')");
wait_for_follow($downstream);
wait_for_follow($downstream, name => 'second');
is(down('SELECT i FROM t'), '1', 'nothing is lost');
restart_with(4);
wait_until($downstream, "SELECT count(*) = 2 FROM follow_status WHERE state = 'streaming' AND last_error IS NULL");
ok(1, 'two follows need two slots beside the launcher');
my @messages = slurp_file($downstream->logfile) =~ /LOG:  could not resume all follows: no background worker slot/g;
is(scalar @messages, 2, 'the log has a line for each restart with too few, not for each try');

done_testing();
