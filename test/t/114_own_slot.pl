# start_follow with a slot that somebody has made before the copy (create_slot => false): what is committed before
# start_lsn is here already, and everything else comes from the slot.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);
my $conninfo = PgFollower::literal(conninfo($upstream));

sub refused
{
	my ($arguments, $expected, $what) = @_;
	my ($status, $out, $err) = $downstream->psql('postgres', "SELECT start_follow($conninfo, $arguments)");
	like($err, $expected, $what);
	return;
}

sub slot_count
{
	return $upstream->safe_psql('postgres', "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$_[0]'");
}

# ----------------------------------------------------------------------------------------------------------- arguments
my $given = 'copy_data => false, create_slot => false';
refused("slot_name => 'pg_follower_mine'", qr/slot_name and start_lsn are for a slot that is there already/,
	'a slot name is for a slot that is there');
refused("start_lsn => '0/1'", qr/slot_name and start_lsn are for a slot that is there already/, 'and so is a position');
refused("create_slot => false, slot_name => 'pg_follower_mine', start_lsn => '0/1'",
	qr/a copy makes a slot of its own.*copy_data => false/s, 'a copy cannot do with such a slot');
refused("$given, slot_name => 'pg_follower_mine'", qr/create_slot => false needs slot_name and start_lsn/,
	'the position is needed');
refused("$given, start_lsn => '0/1'", qr/create_slot => false needs slot_name and start_lsn/, 'and so is the slot');
refused("$given, slot_name => 'mine', start_lsn => '0/1'", qr/slot_name must begin with "pg_follower_"/,
	'the name has to have a beginning');
refused("copy_data => false, create_slot => NULL", qr/create_slot must not be null/, 'create_slot is not null');

# ------------------------------------------------------------------------------------------------------------ the slot
$upstream->safe_psql('postgres', <<'END');
CREATE TABLE item (id integer PRIMARY KEY, note text);
INSERT INTO item SELECT i, 'before' FROM generate_series(1, 10) AS i;
SELECT pg_create_physical_replication_slot('pg_follower_physical');
CREATE DATABASE other;
END
$upstream->safe_psql('other', "SELECT pg_create_logical_replication_slot('pg_follower_other', 'pg_follower')");
my $early = $upstream->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$upstream->safe_psql('postgres', 'SELECT pg_switch_wal()');
my $confirmed = $upstream->safe_psql('postgres',
	"SELECT lsn FROM pg_create_logical_replication_slot('pg_follower_mine', 'pg_follower')");
my $now = $upstream->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');

refused("$given, slot_name => 'pg_follower_none', start_lsn => '$now'",
	qr/replication slot "pg_follower_none" does not exist on the upstream.*HINT:  Make it before the copy/s,
	'the slot has to be there');
refused("$given, slot_name => 'pg_follower_physical', start_lsn => '$now'",
	qr/"pg_follower_physical" is not one of the output plugin "pg_follower"/, 'it must be a logical one');
refused("$given, slot_name => 'pg_follower_other', start_lsn => '$now'",
	qr/"pg_follower_other" belongs to database "other" of the upstream, not to "postgres"/,
	'it must be one of the database');
refused("$given, slot_name => 'pg_follower_mine', start_lsn => '$early'",
	qr/"pg_follower_mine" does not send what was committed before \Q$confirmed\E/, 'it must be older than the copy');
refused("$given, slot_name => 'pg_follower_mine', start_lsn => 'FFFFFFFF/0'",
	qr/upstream has not come to start_lsn FFFFFFFF\/0 yet/, 'the position must be one that has been');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follow_status'), '0', 'nothing of it has made a follow');

# ---------------------------------------------------------------------------------------------------------- the follow
# The copy is as of a position in the middle of what the slot holds.
$upstream->safe_psql('postgres', "UPDATE item SET note = 'copied' WHERE id <= 5");
my $start = $upstream->safe_psql('postgres', 'SELECT pg_current_wal_insert_lsn()');
$downstream->safe_psql('postgres', <<'END');
CREATE TABLE item (id integer PRIMARY KEY, note text);
INSERT INTO item SELECT i, CASE WHEN i <= 5 THEN 'copied' ELSE 'before' END FROM generate_series(1, 10) AS i;
END
$upstream->safe_psql('postgres', "INSERT INTO item VALUES (11, 'later'); DELETE FROM item WHERE id = 1");
my $call = "start_follow($conninfo, $given, slot_name => 'pg_follower_mine', start_lsn => '$start'";

$downstream->safe_psql('postgres', "BEGIN; SELECT $call); ROLLBACK");
is(slot_count('pg_follower_mine'), '1', 'a start that is rolled back leaves the slot');
$downstream->safe_psql('postgres', "SELECT $call)");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'from the position on');
is( $downstream->safe_psql('postgres', 'SELECT transactions, rows_applied, last_error FROM follow_status'),
	'2|2|', 'what was committed before it is not applied again');
$upstream->safe_psql('postgres', 'ALTER TABLE item ADD COLUMN more integer DEFAULT 3; INSERT INTO item VALUES (12)');
$downstream->restart;
wait_for_follow($downstream);
is_same($upstream, $downstream, 'commands follow, and a restart changes nothing');

# ------------------------------------------------------------------------------------------------- who has it already
refused("$given, slot_name => 'pg_follower_mine', start_lsn => '$start', follow_name => 'second'",
	qr/follow "default" has the slot "pg_follower_mine"/, 'two follows of a database cannot share a slot');
$downstream->safe_psql('postgres', 'CREATE DATABASE second');
$downstream->safe_psql('second', 'CREATE EXTENSION pg_follower');
my ($status, $out, $err) = $downstream->psql('second', "SELECT $call)");
like($err, qr/replication slot "pg_follower_mine" is in use upstream/, 'nor can two databases');

$downstream->safe_psql('postgres', 'SELECT drop_follow()');
is(slot_count('pg_follower_mine'), '0', 'drop_follow drops the slot');

done_testing();
