# The worker notices an upstream that has fallen silent, and none that it has kept waiting itself; it warns where it is
# far behind; and a followed database in which nothing happens keeps no WAL of other databases back.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

# How much WAL other databases write. It does not matter how much that is, as long as it is many segments.
my $megabytes = 100;

my $upstream = pgf_node('upstream');
my $downstream = pgf_node('downstream', config => "wal_receiver_timeout = 4s\n");

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

start_follow($downstream, $upstream);
up('CREATE TABLE t (id int PRIMARY KEY, note text)');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------------- silence
my $heard = down('SELECT last_message_at FROM follow_status');
isnt($heard, '', 'the worker knows when it heard of the upstream');
wait_until($downstream, "SELECT last_message_at > '$heard' FROM follow_status");
pass('an idle upstream is asked for a sign of life');

# A worker that is busy for longer than the timeout has not waited for the upstream.
my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK t');
up("INSERT INTO t VALUES (1, 'x')");
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
wait_until($downstream, "SELECT now() > last_message_at + '6 s' FROM follow_status");
$locker->query_safe('COMMIT');
$locker->quit;
wait_for_follow($downstream);
is(down('SELECT state, last_error IS NULL FROM follow_status'), 'streaming|t', 'a wait of the worker is no silence');

my $sender = up('SELECT active_pid FROM pg_replication_slots');
kill 'STOP', $sender;
wait_until($downstream,
	"SELECT state = 'retrying' AND last_error = 'upstream has not answered within wal_receiver_timeout (4000 ms)'
		FROM follow_status");
pass('an upstream that does not answer is noticed');
kill 'CONT', $sender;
up("INSERT INTO t VALUES (2, 'y')");
wait_for_follow($downstream);
is(down('SELECT count(*) FROM t'), '2', 'and the follow goes on when it answers again');

# ------------------------------------------------------------------------------------------------------------- distance
is(slurp_file($downstream->logfile) =~ /bytes behind its upstream/ ? 1 : 0, 0, 'no warning without the setting');
$downstream->append_conf('postgresql.conf', "pg_follower.max_lag_bytes = '64kB'\n");
$downstream->reload;
down('SELECT stop_follow()');
up("INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(1000, 2000) AS g");
$locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; LOCK t');
down('SELECT resume_follow()');
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
like(slurp_file($downstream->logfile),
	qr/WARNING:  follow "default" is \d{6,} bytes behind its upstream\n.*DETAIL:  The upstream is at/,
	'a warning where the follow is further behind than pg_follower.max_lag_bytes');
$locker->query_safe('COMMIT');
$locker->quit;
wait_for_follow($downstream);
is(() = slurp_file($downstream->logfile) =~ /bytes behind its upstream/g, 1, 'which comes once a minute at most');

# ------------------------------------------------------------------------------------------------------------ the slot
is(down('SELECT follow_name, active, wal_status, safe_wal_size IS NULL FROM follow_slots'), 'default|t|reserved|t',
	'follow_slots shows what the upstream says of the slot');
is(down('SELECT slot_name FROM follow_slots'), up('SELECT slot_name FROM pg_replication_slots'), 'of the right one');
$upstream->append_conf('postgresql.conf', "max_slot_wal_keep_size = 64MB\n");
$upstream->reload;
down('SELECT stop_follow()');
up("INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(3000, 4000) AS g");
is(down('SELECT active, retained_bytes > 1000000, safe_wal_size BETWEEN 1 AND 96 * 1024 * 1024 FROM follow_slots'),
	'f|t|t', 'the WAL that it keeps, and how much more it may');
$upstream->stop;
is(down('SELECT follow_name, active, wal_status, retained_bytes FROM follow_slots'), 'default|||',
	'nothing where the upstream cannot be reached');
$upstream->append_conf('postgresql.conf', "max_slot_wal_keep_size = -1\n");
$upstream->start;
down('SELECT resume_follow()');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------ other databases
up('CREATE DATABASE other');
$upstream->safe_psql('other', 'CREATE TABLE big (t text); ALTER TABLE big ALTER t SET STORAGE EXTERNAL');
my $begin = up('SELECT pg_current_wal_lsn()');
$upstream->safe_psql('other',
	"INSERT INTO big SELECT repeat('x', 1024 * 1024 - 100) FROM generate_series(1, $megabytes)");
cmp_ok(up("SELECT pg_current_wal_lsn() - '$begin'"), '>', $megabytes * 1000 * 1000, 'another database writes much WAL');
my $end = up('SELECT pg_current_wal_lsn()');
wait_until($upstream, "SELECT confirmed_flush_lsn >= '$end' FROM pg_replication_slots");
pass('the slot moves past it');
# A slot lets WAL go when it has seen a list of the transactions that run, as each checkpoint writes one.
my $tries = 0;
do { up('CHECKPOINT'); select(undef, undef, undef, 0.5) }
	while up("SELECT restart_lsn < '$end' FROM pg_replication_slots") eq 't' && ++$tries < 100;
cmp_ok(up('SELECT pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots'), '<', 1024 * 1024,
	'and keeps none of it');
is(down('SELECT state FROM follow_status'), 'streaming', 'the follow streams all the time');

done_testing();
