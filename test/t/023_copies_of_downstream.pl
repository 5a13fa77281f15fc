# A downstream that has lost what it confirmed fails and says so, instead of going on without what lies between: a copy
# of it that is started beside it or after it, a restored backup, a TEMPLATE copy, and a slot that is gone.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
$upstream->safe_psql('postgres', 'CREATE DATABASE other');
start_follow($downstream, $upstream);
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
wait_for_follow($downstream);

my $confirmed = 'SELECT confirmed_flush_lsn FROM pg_replication_slots';
my $known = "SELECT remote_lsn FROM pg_replication_origin_status";

# ------------------------------------------------------------------------------------ an idle upstream moves both along
# WAL of another database is nothing to follow. What is confirmed of it is known here, also after a crash.
my $before = $upstream->safe_psql('postgres', $confirmed);
$upstream->safe_psql('other', 'CREATE TABLE t AS SELECT generate_series(1, 1000)');
my $end = $upstream->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
wait_until($upstream,
	"SELECT confirmed_flush_lsn > '$before' AND confirmed_flush_lsn >= '$end' FROM pg_replication_slots");
$confirmed = $upstream->safe_psql('postgres', $confirmed);
is($downstream->safe_psql('postgres', "SELECT remote_lsn >= '$confirmed' FROM pg_replication_origin_status"),
	't', 'what is confirmed of an idle upstream is known here');
$downstream->stop('immediate');
$downstream->start;
is($downstream->safe_psql('postgres', "SELECT remote_lsn >= '$confirmed' FROM pg_replication_origin_status"),
	't', 'and is still known after a crash');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (2)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t'), '2', 'the follow goes on after a crash');

# ----------------------------------------------------------------------------------------------------------- two copies
$downstream->backup('copy');
my $copy = PostgreSQL::Test::Cluster->new('copy');
$copy->init_from_backup($downstream, 'copy');
$copy->start;
$copy->safe_psql('postgres', 'SELECT resume_follow()');
wait_until($copy, "SELECT last_error ~ 'is in use upstream' FROM follow_status");
is($copy->safe_psql('postgres', "SELECT state, last_error_hint ~ 'Two copies cannot use one slot' FROM follow_status"),
	'retrying|t', 'a copy beside the original is told that the slot is in use');
$copy->safe_psql('postgres', 'SELECT stop_follow()');

$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (3)');
wait_for_follow($downstream);
wait_until($upstream, 'SELECT confirmed_flush_lsn > restart_lsn FROM pg_replication_slots');
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
sub fails
{
	my ($node, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql('postgres', 'SELECT resume_follow()');
	my ($status, $out, $err) = $node->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	like($err, $error, $what);
	is($node->safe_psql('postgres', 'SELECT state FROM follow_status'), 'failed', "$what: the follow has failed");
	unlike($err, qr/resume_follow/, "$what: no call of resume_follow() helps");
	return;
}
my $moved_on = qr/has\ failed:\ replication\ slot\ "\w+"\ has\ moved\ on\ without\ this\ database\n
	DETAIL:\ \ The\ slot\ is\ at\ \S+,\ but\ this\ database\ knows\ of\ nothing\ after\ \S+:[ ]
	it\ was\ restored\ from\ an\ older\ state,\ or\ another\ copy\ of\ it\ has\ used\ the\ slot\.[ ]
	What\ was\ committed\ upstream\ between\ these\ positions\ is\ lost\ here\.\n
	HINT:\ \ Call\ drop_follow\(\)\ and\ then\ start_follow\(\.\.\.,\ existing\ =>\ 'replace'\),\ which\ copies/x;
fails($copy, $moved_on, 'a copy that is behind the slot');
is($copy->safe_psql('postgres', 'SELECT count(*) FROM t'), '2', 'and nothing is applied to it');
my ($status, $out, $err) = $copy->psql('postgres', 'SELECT drop_follow()');
like(
	$err,
	qr/WARNING:\ \ replication\ slot\ "\w+"\ is\ left\ on\ the\ upstream\n
		DETAIL.*another\ copy.*\n
		HINT.*pg_drop_replication_slot/xs,
	'drop_follow in the copy leaves the slot to the original'
);
is($copy->safe_psql('postgres', 'SELECT count(*) FROM follow_status'), '0', 'and forgets the follow');
is($copy->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_origin'), '0', 'and its origin');
$copy->stop;

$downstream->safe_psql('postgres', 'SELECT resume_follow()');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (4)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t'), '4', 'the original goes on');

# ---------------------------------------------------------------------------------------------------- a restored backup
# The restored server takes the place of the original, which is gone.
$downstream->backup('older');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (5)');
wait_for_follow($downstream);
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$downstream->stop;
my $restored = PostgreSQL::Test::Cluster->new('restored');
$restored->init_from_backup($downstream, 'older');
$restored->start;
fails($restored, $moved_on, 'a downstream restored from an older backup');
$restored->stop;
$downstream->start;
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------ a TEMPLATE copy
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$downstream->safe_psql('template1', 'CREATE DATABASE twin TEMPLATE postgres');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
($status, $out, $err) = $downstream->psql('twin', 'SELECT resume_follow()');
like(
	$err,
	qr/ERROR:\ \ follow\ "default"\ belongs\ to\ another\ database,\ of\ which\ this\ one\ is\ a\ copy\n
		HINT:\ \ Call\ drop_follow\(\)\ and\ then\ start_follow\(\.\.\.,\ existing\ =>\ 'replace'\).*The\ slot\ stays/x,
	'a TEMPLATE copy does not resume the follow of its original'
);
($status, $out, $err) = $downstream->psql('twin', 'SELECT drop_follow()');
like($err, qr/NOTICE:  replication slot "\w+" is left to the database of which this one is a copy/, 'and may drop it');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (6)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM t'), '6', 'which leaves the original alone');

# ------------------------------------------------------------------------------------------ a slot that is lost or gone
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$upstream->append_conf('postgresql.conf', "max_slot_wal_keep_size = 1MB\n");
$upstream->reload;
$upstream->advance_wal(4) if $upstream->can('advance_wal');
$upstream->safe_psql('postgres', 'SELECT pg_switch_wal(); CREATE TABLE w (i int); SELECT pg_switch_wal();
	INSERT INTO w VALUES (1)');
$upstream->safe_psql('postgres', 'SELECT pg_switch_wal(); INSERT INTO w VALUES (1)') for 1 .. 3;
$upstream->safe_psql('postgres', 'CHECKPOINT');
is($upstream->safe_psql('postgres', 'SELECT wal_status FROM pg_replication_slots'), 'lost',
	'(the slot is invalidated)');
fails(
	$downstream,
	qr/has\ failed:\ upstream\ has\ invalidated\ replication\ slot\ "\w+"\n
		DETAIL:\ \ The\ WAL\ that\ it\ needs\ is\ gone:\ what\ was\ committed\ upstream\ after\ \S+[ ]
		cannot\ follow\.\n
		HINT:\ \ Call\ drop_follow\(\)\ and\ then\ start_follow\(\.\.\.,\ existing/x,
	'an invalidated slot');
$upstream->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
fails($downstream,
	qr/has\ failed:\ replication\ slot\ "\w+"\ does\ not\ exist\ on\ the\ upstream\ any\ more\n
		DETAIL:\ \ What\ was\ committed\ upstream\ after\ \S+\ cannot\ follow\.\n
		HINT:\ \ Call\ drop_follow\(\)\ and\ then\ start_follow\(\.\.\.,\ existing/x,
	'a dropped slot');
unlike(slurp_file($downstream->logfile), qr/HINT:  .*resume_follow/, 'nor does the log say so');
$downstream->safe_psql('postgres', 'SELECT drop_follow()');
start_follow($downstream, $upstream, existing => 'replace');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (7)');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'and the calls of the hint follow anew');

done_testing();
