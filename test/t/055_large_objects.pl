# Large objects follow, though logical decoding does not see them: data of any size, owners, privileges, comments, and
# what is dropped. Commands on them say nothing, since they come with the objects.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $quick = "pg_follower.sequence_interval = 1\n";
my ($upstream, $downstream) = (pgf_node('upstream', preload => 1), pgf_node('downstream', config => $quick));

# What there is to know of each large object: its owner, privileges, comment, size and digest.
sub objects
{
	my ($node) = @_;
	return $node->safe_psql('postgres', q{
		SELECT m.oid, lomowner::regrole, (
				SELECT string_agg(concat_ws(' ', grantee::regrole, privilege_type, is_grantable), ','
					ORDER BY grantee::regrole::text, privilege_type)
				FROM aclexplode(coalesce(lomacl, acldefault('L', lomowner)))),
			obj_description(m.oid, 'pg_largeobject'), octet_length(lo_get(m.oid)), md5(lo_get(m.oid))
		FROM pg_largeobject_metadata AS m ORDER BY m.oid});
}

sub same_objects
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_for_follow($downstream);
	is(objects($downstream), objects($upstream), $what);
	return;
}

# --------------------------------------------------------------------------------------------- those that exist already
my $mine = $downstream->safe_psql('postgres', q{SELECT lo_from_bytea(900, 'made here')});
$downstream->safe_psql('postgres', 'CREATE ROLE reader; CREATE ROLE "odd owner"');
$upstream->safe_psql('postgres', q{
	CREATE ROLE reader; CREATE ROLE "odd owner";
	SELECT lo_from_bytea(1001, '1'), lo_from_bytea(1002, '');
	SELECT lo_from_bytea(1003, decode(repeat('00ff27', 100000), 'hex'));
	ALTER LARGE OBJECT 1001 OWNER TO "odd owner";
	GRANT SELECT ON LARGE OBJECT 1001 TO reader WITH GRANT OPTION;
	GRANT SELECT, UPDATE ON LARGE OBJECT 1003 TO PUBLIC;
	REVOKE ALL ON LARGE OBJECT 1002 FROM postgres;
	COMMENT ON LARGE OBJECT 1003 IS 'it''s a \comment';
	SELECT lo_put(lo_create(1004), 3000000, 'behind a hole')});
my ($status, undef, $err) = $downstream->psql('postgres',
	"SELECT start_follow('" . (conninfo($upstream) =~ s/'/''/gr) . "', copy_data => false)");
is($status, 0, 'a follow of a database with large objects starts');
unlike($err, qr/large object/, 'without a warning');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT large_objects FROM follow_status'), '4', 'follow_status counts them');
$downstream->safe_psql('postgres', 'SELECT lo_unlink(900)');
same_objects('large objects that existed');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_largeobject_metadata'), '4', '(which are four)');

# -------------------------------------------------------------------------------------------------------------- changes
(undef, undef, $err) = $upstream->psql('postgres', q{
	COMMENT ON LARGE OBJECT 1003 IS NULL; COMMENT ON LARGE OBJECT 1001 IS 'one';
	ALTER LARGE OBJECT 1001 OWNER TO postgres; ALTER LARGE OBJECT 1002 OWNER TO reader;
	REVOKE UPDATE ON LARGE OBJECT 1003 FROM PUBLIC; REVOKE SELECT ON LARGE OBJECT 1001 FROM reader CASCADE;
	GRANT UPDATE ON LARGE OBJECT 1001 TO "odd owner"});
unlike($err, qr/WARNING/, 'commands on large objects give no warning');
same_objects('their owners, privileges and comments');
$upstream->safe_psql('postgres', q{
	SELECT lo_put(1001, 0, 'x'), lo_put(1003, 299999, 'longer'), lo_put(1002, 5, 'no more empty'),
		lo_put(1004, 600000, 'in the hole'), lo_from_bytea(1005, 'new');
	DO $$BEGIN PERFORM lo_truncate(lo_open(1004, 131072), 700000); END$$});
same_objects('their data');
is($downstream->safe_psql('postgres', 'SELECT unsupported FROM follow_status'), '0', 'nothing is recorded');

# What a transaction does is seen when it commits, however many readings came before.
my $session = $upstream->background_psql('postgres', on_error_stop => 1);
$session->query_safe(
	q{BEGIN; SELECT lo_put(1001, 0, 'a transaction'), lo_unlink(1005), lo_from_bytea(1006, 'later')});
my $before = objects($upstream);
wait_for_follow($downstream) for 1 .. 3;
is(objects($downstream), $before, 'an open transaction does not follow');
$session->query_safe('COMMIT');
$session->quit;
same_objects('until it commits');

$upstream->safe_psql('postgres', q{
	SELECT lo_unlink(1002);
	SELECT lo_unlink(1003); SELECT lo_from_bytea(1003, 'another one');
	VACUUM pg_largeobject; VACUUM pg_largeobject_metadata});
same_objects('what was dropped, and made anew, before a VACUUM');
$upstream->safe_psql('postgres', q{SELECT lo_put(1001, 2, 'y')});
$upstream->safe_psql('postgres', 'VACUUM (FREEZE) pg_largeobject');
same_objects('what was changed before a VACUUM');
$upstream->safe_psql('postgres', 'VACUUM FULL pg_largeobject');
same_objects('a table that was written anew');

# ---------------------------------------------------------------------------------------------------------------- large
# An object of 100 MB, of which parts change.
$upstream->safe_psql('postgres', q{
	SELECT lo_from_bytea(2000, decode(repeat(md5('a'), 65536), 'hex'));
	DO $$
	BEGIN
		FOR i IN 1 .. 99 LOOP
			PERFORM lo_put(2000, i * 1048576, decode(repeat(md5(i::text), 65536), 'hex'));
		END LOOP;
	END$$});
same_objects('an object of 100 MB');
is($downstream->safe_psql('postgres', 'SELECT sum(octet_length(data)) FROM pg_largeobject WHERE loid = 2000'),
	100 * 1024 * 1024, '(all of it)');
my $fetched = "SELECT count(*) FROM pg_largeobject WHERE loid = 2000 AND xmin::text::bigint > %s";
my $xid = $downstream->safe_psql('postgres', 'SELECT pg_current_xact_id()');
$upstream->safe_psql('postgres', q{SELECT lo_put(2000, 50000000, 'changed')});
same_objects('a change in the middle of it');
is($downstream->safe_psql('postgres', sprintf($fetched, $xid)), '128', 'of which only a chunk is fetched');
$upstream->safe_psql('postgres', q{SELECT lo_put(2000, 104857600, 'appended')});
same_objects('more at its end');
$upstream->safe_psql('postgres', q{DO $$BEGIN PERFORM lo_truncate(lo_open(2000, 131072), 52428801); END$$});
same_objects('a half of it');
$upstream->safe_psql('postgres', 'SELECT lo_unlink(2000)');
same_objects('the end of it');

# ------------------------------------------------------------------------------------------------------- others at work
# By itself, by a worker that was started anew, and by a role that may replicate and nothing else.
$upstream->safe_psql('postgres', 'CREATE ROLE replicator LOGIN REPLICATION');
$downstream->safe_psql('postgres',
	'SELECT alter_follow(conninfo => $$' . $upstream->connstr('postgres') . ' user=replicator$$)');
$upstream->safe_psql('postgres', q{SELECT lo_from_bytea(3000, 'by itself')});
wait_until($downstream, q{SELECT count(*) = 1 FROM pg_largeobject_metadata WHERE oid = 3000});
same_objects('a role that may replicate, and nothing else');

# A large object of this server stays, also where its role is missing.
$downstream->safe_psql('postgres', q{SELECT lo_from_bytea(901, 'made here')});
$upstream->safe_psql('postgres', q{SET pg_follower.roles = off; CREATE ROLE missing;
	ALTER LARGE OBJECT 3000 OWNER TO missing; SELECT lo_unlink(1001)});
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT lo_get(901)'), '\x6d6164652068657265', 'what was made here stays');
is( $downstream->safe_psql('postgres', 'SELECT command, object, reason, statement FROM follower.unsupported'),
	'ALTER LARGE OBJECT|large object 3000|role "missing" does not exist|ALTER LARGE OBJECT 3000 OWNER TO missing',
	'an owner who is missing is recorded');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 1001'),
	'0', 'and the rest follows');
$downstream->safe_psql('postgres', 'SELECT lo_unlink(901)');

# --------------------------------------------------------------------------------------------------------- switched off
$downstream->append_conf('postgresql.conf', 'pg_follower.large_objects = off');
$downstream->reload;
wait_until($downstream, "SELECT current_setting('pg_follower.large_objects') = 'off'");
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
$upstream->safe_psql('postgres', q{SELECT lo_unlink(3000)});
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 3000'),
	'1', 'switched off');
$downstream->safe_psql('postgres', 'SELECT drop_follow()');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 3000'),
	'1', 'a follow that is dropped leaves them');
is($downstream->safe_psql('postgres',
		'SELECT (SELECT count(*) FROM follower.large_object), (SELECT count(*) FROM follower.seen_sequence)'),
	'0|0', 'and nothing else');
(undef, undef, $err) = $downstream->psql('postgres',
	"SELECT start_follow('" . (conninfo($upstream) =~ s/'/''/gr) . "', copy_data => false)");
like($err, qr/WARNING:  \d+ large objects of the upstream do not follow\nHINT:  Set pg_follower.large_objects = on/,
	'a follow that starts says so');

done_testing();
