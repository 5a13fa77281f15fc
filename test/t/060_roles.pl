# Roles follow as pg_follower.roles says: missing ones that commands need, all commands about them, or none.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1);
my $downstream = pgf_node('downstream', config => "pg_follower.restart_interval = 1\n");
start_follow($downstream, $upstream, copy_data => 0);

sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

# From version 16 on, a role with CREATEROLE may do so only to roles that it has with ADMIN OPTION.
sub administers
{
	my ($creator, @roles) = @_;
	up(join '', map { "GRANT $_ TO $creator WITH ADMIN OPTION;" } @roles) if $upstream_major >= 16;
	return;
}

sub role_exists { return down("SELECT count(*) FROM pg_roles WHERE rolname = '$_[0]'") }

sub set_roles
{
	$upstream->append_conf('postgresql.conf', "pg_follower.roles = $_[0]\n");
	$upstream->reload;
	wait_until($upstream, "SELECT setting = '$_[0]' FROM pg_settings WHERE name = 'pg_follower.roles'");
	return;
}

# What pg_dumpall says of the roles that the tests make, without the hashes where they are not to be compared.
sub role_dump
{
	my ($node) = @_;
	my ($out, $err) = run_command([ 'pg_dumpall', '--roles-only', '-d', $node->connstr('postgres') ]);
	return join "\n",
	  grep { /^(?:CREATE|ALTER|GRANT|COMMENT)/ && !/^(?:CREATE|ALTER) ROLE (?:postgres|\Q$ENV{USER}\E)\b/ }
	  split /\n/, $out;
}

sub fails_with
{
	my ($pattern, $what) = @_;
	wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
	like(down(q{SELECT concat(last_error, ' ', last_error_hint) FROM follow_status}), $pattern, $what);
	return;
}

$ENV{USER} //= 'postgres';

# ---------------------------------------------------------------------------------------------------------- missing

is(up('SHOW pg_follower.roles'), 'missing', 'missing is the default');
up(q{
	CREATE ROLE alice LOGIN PASSWORD 'alices' CREATEDB;
	CREATE ROLE "o'dd ""\one";
	CREATE ROLE reader LOGIN PASSWORD 'readers';
	CREATE ROLE unused;
	GRANT CREATE ON SCHEMA public TO alice;
	CREATE SCHEMA for_odd AUTHORIZATION "o'dd ""\one";
	BEGIN;
	CREATE ROLE taken_back;
	CREATE SCHEMA taken_back AUTHORIZATION taken_back;
	ROLLBACK;
});
up(q{
	SET ROLE alice;
	CREATE TABLE of_alice (id int PRIMARY KEY);
	GRANT SELECT ON of_alice TO reader WITH GRANT OPTION;
	INSERT INTO of_alice VALUES (1);
});
wait_for_follow($downstream);
is_same($upstream, $downstream, 'owners and privileges of a role that was missing');
is(down(q{SELECT rolname, rolcanlogin, rolcreatedb, rolsuper, rolpassword IS NULL FROM pg_authid
	WHERE rolname IN ('alice', 'reader', 'o''dd "\one', 'unused', 'taken_back') ORDER BY 1}),
	"alice|f|f|f|t\no'dd \"\\one|f|f|f|t\nreader|f|f|f|t",
	'roles that commands need are created bare, others are not');
is(down('SELECT count(*) FROM follower.unsupported'), '0', 'nothing was left out');

# New names. Whoever gives one upstream may do so downstream by no attribute, and need not.
down('CREATE ROLE unused LOGIN; CREATE ROLE stronger SUPERUSER; CREATE ROLE taken_there');
up(q{
	CREATE ROLE hr CREATEROLE;
	CREATE ROLE stronger;
	CREATE ROLE clash;
	CREATE SCHEMA of_stronger AUTHORIZATION stronger;
	CREATE SCHEMA of_clash AUTHORIZATION clash;
});
administers('hr', 'alice', 'unused', 'stronger', 'clash', 'reader');
up(q{
	SET ROLE hr;
	ALTER ROLE alice RENAME TO "Alice B.";
	ALTER ROLE unused RENAME TO of_no_use;
	ALTER ROLE stronger RENAME TO weaker;
	ALTER ROLE clash RENAME TO taken_there;
	BEGIN; ALTER ROLE reader RENAME TO rolled_back; ROLLBACK;
});
up('SET ROLE "Alice B."; ALTER TABLE of_alice ADD n int; INSERT INTO of_alice VALUES (2, 2)');
wait_for_follow($downstream);
is(down(q{SELECT tableowner FROM pg_tables WHERE tablename = 'of_alice'}), 'Alice B.', 'a role gets its new name');
is(role_exists('alice'), '0', 'and its old one is gone');
is(role_exists('unused') . role_exists('of_no_use'), '10', 'a role that this database does not know keeps its name');
is(role_exists('stronger') . role_exists('weaker'), '10', 'so does one that is a superuser here only');
like(down('SELECT command, object, reason FROM follower.unsupported'),
	qr/^ALTER ROLE\|role clash\|role "taken_there" already exists$/, 'a name that is taken is recorded');
up(q{ALTER ROLE "Alice B." RENAME TO alice; DROP SCHEMA of_stronger, of_clash;
	DROP ROLE of_no_use, weaker, taken_there, hr});
wait_for_follow($downstream);
down('DROP ROLE unused, stronger, taken_there, clash');

# What belongs to the database follows all the same.
my $settings =
  q{SELECT coalesce(rolname, 'all'), setconfig FROM pg_db_role_setting LEFT JOIN pg_roles AS r ON r.oid = setrole
	WHERE setdatabase <> 0 ORDER BY 1};
up(q{
	CREATE ROLE of_settings CREATEROLE;
	ALTER ROLE of_settings IN DATABASE postgres SET work_mem = '5MB';
	ALTER ROLE ALL IN DATABASE postgres SET geqo = off;
	ALTER ROLE alice SET work_mem = '6MB';
});
wait_for_follow($downstream);
is(down($settings), "all|{geqo=off}\nof_settings|{work_mem=5MB}", 'missing: settings of roles in the database follow');
administers('of_settings', 'alice');
up(q{SET ROLE of_settings; ALTER ROLE alice IN DATABASE postgres SET work_mem = '7MB'});
wait_for_follow($downstream);
like(down('SELECT reason FROM follower.unsupported ORDER BY commit_lsn DESC LIMIT 1'), qr/permission denied/,
	'a role that may not do so downstream does not stop the follow');
up(q{ALTER ROLE alice IN DATABASE postgres RESET ALL; ALTER ROLE of_settings IN DATABASE postgres RESET work_mem;
	ALTER ROLE ALL IN DATABASE postgres RESET ALL; DROP ROLE of_settings});
wait_for_follow($downstream);
is(down($settings), '', 'and go');
down('DROP ROLE of_settings');

# -------------------------------------------------------------------------------------------------------------- all

set_roles('all');
down(
	q{CREATE ROLE there_already SUPERUSER LOGIN CREATEROLE REPLICATION BYPASSRLS NOINHERIT
		CONNECTION LIMIT 1 PASSWORD 'x'}
);
up(
	q{
	SET password_encryption = 'scram-sha-256';
	CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'of the boss' VALID UNTIL '2100-01-01';
	CREATE USER carol PASSWORD 'carols' CONNECTION LIMIT 5 NOINHERIT BYPASSRLS REPLICATION CREATEROLE;
	CREATE GROUP staff ROLE alice, carol ADMIN boss;
	CREATE ROLE trainee IN ROLE staff;
	ALTER ROLE alice LOGIN PASSWORD 'new of alice' CREATEDB;
	ALTER ROLE reader LOGIN PASSWORD 'readers';
	ALTER GROUP staff DROP USER carol;
	ALTER GROUP staff ADD USER reader;
	GRANT reader TO alice WITH ADMIN OPTION;
	GRANT reader TO carol, trainee;
	REVOKE reader FROM trainee;
	ALTER ROLE carol RENAME TO caroline;
	ALTER ROLE caroline SET search_path = s, "S s", "$user";
	ALTER ROLE alice SET work_mem = '5MB';
	ALTER ROLE alice SET enable_sort = off;
	ALTER ROLE alice RESET enable_sort;
	ALTER ROLE reader IN DATABASE postgres SET work_mem = '7MB';
	ALTER ROLE reader IN DATABASE template1 SET work_mem = '8MB';
	ALTER ROLE ALL SET geqo = off;
	COMMENT ON ROLE staff IS 'it''s a \ comment';
	CREATE ROLE fleeting;
	DROP ROLE fleeting;
	CREATE ROLE there_already CREATEDB;
	BEGIN; CREATE ROLE taken_back; SAVEPOINT s; CREATE ROLE another; ROLLBACK TO s; ROLLBACK;
});
wait_for_follow($downstream);
my ($expected, $got) = map { role_dump($_) } ($upstream, $downstream);
$expected =~ s/^ALTER ROLE \S+ IN DATABASE template1 .*\n//m;
is($got, $expected, 'pg_dumpall --roles-only is the same, with hashes');
like($got, qr/ALTER ROLE alice .*CREATEDB LOGIN .*PASSWORD 'SCRAM-SHA-256\$/, 'and not for lack of roles');
is(role_exists('taken_back') + role_exists('another') + role_exists('fleeting'), 0,
	'roles that were rolled back or dropped are not there');
is(down(q{SELECT setting FROM pg_db_role_setting, unnest(setconfig) AS setting WHERE setrole = 'reader'::regrole}),
	'work_mem=7MB', 'a setting for another database does not follow');

# Passwords serve to log in downstream.
my $hba = $downstream->data_dir . '/pg_hba.conf';
my $rules = slurp_file($hba);
open my $file, '>', $hba or die "could not write $hba: $!";
print $file "local all alice,caroline scram-sha-256\n$rules";
close $file;
$downstream->reload;
for my $login ([ 'alice', 'new of alice', 0 ], [ 'alice', 'alices', 2 ], [ 'caroline', 'carols', 0 ])
{
	my ($user, $password, $result) = @$login;
	local $ENV{PGPASSWORD} = $password;
	my ($code) = $downstream->psql('postgres', 'SELECT 1', extra_params => [ '-U', $user ]);
	is($code, $result, "$user with password \"$password\": " . ($result ? 'refused' : 'logs in'));
}

# A command of a role that could not follow for lack of rights names no password in the status.
up('CREATE ROLE creator CREATEROLE LOGIN; CREATE ROLE victim');
administers('creator', 'victim');
wait_for_follow($downstream);
down('ALTER ROLE creator NOCREATEROLE');
up(q{SET ROLE creator; ALTER ROLE victim PASSWORD 'secret one'});
fails_with(qr/permission denied|must have CREATEROLE/i, 'a role command is run as who ran it upstream');
unlike(follow_status($downstream), qr/SCRAM|secret one/, 'follow_status shows no hash');
unlike(slurp_file($downstream->logfile), qr/SCRAM/, 'neither does the log');
down('ALTER ROLE creator CREATEROLE');
down('SELECT resume_follow()');
wait_for_follow($downstream);
is(role_dump($downstream), role_dump($upstream) =~ s/^ALTER ROLE \S+ IN DATABASE template1 .*\n//mr, 'and goes on');

# A role that cannot be dropped downstream is recorded.
down('CREATE SCHEMA own; CREATE TABLE own.only_here (i int); ALTER TABLE own.only_here OWNER TO trainee');
up('DROP ROLE trainee');
wait_for_follow($downstream);
is(role_exists('trainee'), 1, 'a role that owns something only downstream stays');
like(down(q{SELECT reason FROM follower.unsupported WHERE command = 'DROP ROLE'}),
	qr/cannot be dropped because some objects depend on it/, 'and that is recorded');
down('DROP SCHEMA own CASCADE');

# ------------------------------------------------------------------------------------------------------ the database

up(q{
	ALTER DATABASE postgres SET default_transaction_read_only = on;
	ALTER DATABASE postgres SET work_mem = '9MB';
	ALTER DATABASE postgres SET "DateStyle" = 'German';
	ALTER DATABASE postgres RESET work_mem;
	ALTER DATABASE template1 SET work_mem = '9MB';
	GRANT CREATE, CONNECT ON DATABASE postgres TO alice WITH GRANT OPTION;
	REVOKE TEMP ON DATABASE postgres FROM PUBLIC;
	COMMENT ON DATABASE postgres IS 'the first';
});
wait_for_follow($downstream);
my $facts = q{SELECT datacl, shobj_description(oid, 'pg_database'), (SELECT setconfig FROM pg_db_role_setting
	WHERE setdatabase = d.oid AND setrole = 0) FROM pg_database AS d WHERE datname = 'postgres'};
is(down($facts), up($facts), 'settings, privileges and comment of the database');
$downstream->psql(
	'postgres',
	'SELECT stop_follow()',
	extra_params => [ '-c', 'SET default_transaction_read_only = off' ]
);
$downstream->restart;
$downstream->psql('postgres', 'SET default_transaction_read_only = off; SELECT resume_follow()');
up('SET default_transaction_read_only = off; CREATE TABLE later (i int)');
up('SET default_transaction_read_only = off; ALTER DATABASE postgres RESET ALL');
wait_until($downstream, q{SELECT count(*) = 1 FROM pg_class WHERE relname = 'later'});
wait_for_follow($downstream);
is(down('SHOW default_transaction_read_only'), 'off', 'a worker follows under read-only settings of the database');

# DROP OWNED takes privileges on the database, too.
up(q{
	CREATE ROLE owns_much;
	GRANT CREATE ON DATABASE postgres TO owns_much WITH GRANT OPTION;
	SET ROLE owns_much;
	GRANT CREATE ON DATABASE postgres TO reader;
	RESET ROLE;
	CREATE SCHEMA of_owns_much AUTHORIZATION owns_much;
	DROP OWNED BY owns_much;
	DROP ROLE owns_much;
});
wait_for_follow($downstream);
is(down($facts), up($facts), 'DROP OWNED: privileges on the database');
is(role_exists('owns_much'), 0, 'nothing keeps the role');

# -------------------------------------------------------------------------------------------------------------- off

set_roles('off');
up(q{CREATE ROLE dave; GRANT CREATE ON SCHEMA public TO dave});
fails_with(qr/role "dave".*does not exist on this server.*Create the role/s, 'off: a role that is named must exist');
down('CREATE ROLE dave; SELECT resume_follow()');
wait_for_follow($downstream);
up(q{CREATE ROLE erin; GRANT dave TO erin; SET ROLE erin; CREATE TABLE of_erin ()});
fails_with(qr/role "erin", which ran a command on the upstream, does not exist/, 'off: the role that runs it, too');

# Left to the worker's own role.
$downstream->append_conf('postgresql.conf', "pg_follower.missing_role = worker\n");
$downstream->reload;
down('SELECT resume_follow()');
wait_for_follow($downstream);
is(down(q{SELECT tableowner FROM pg_tables WHERE tablename = 'of_erin'}),
	down(q{SELECT rolname FROM pg_roles WHERE oid = 10}), 'missing_role = worker: the worker owns the table');
up('ALTER TABLE later OWNER TO erin');
wait_for_follow($downstream);
like(down(q{SELECT reason FROM follower.unsupported WHERE command = 'ALTER TABLE'}),
	qr/role "erin" does not exist on the downstream/, 'a command that names a missing role is recorded');

# ------------------------------------------------------------------------------------------------- within one cluster

# Both databases have the same roles: a command that is applied a moment later must not undo what came after it.
my $one = pgf_node('one', preload => 1, config => "pg_follower.roles = all\n");
$one->safe_psql('postgres', 'CREATE DATABASE copy');
$one->safe_psql('copy', 'CREATE EXTENSION pg_follower');
start_follow($one, $one, dbname => 'copy', upstream_dbname => 'postgres', copy_data => 0);
$one->safe_psql('copy', 'SELECT stop_follow()');
$one->safe_psql('postgres', q{
	CREATE ROLE once LOGIN;
	DROP ROLE once;
	CREATE ROLE once;
	ALTER ROLE once CONNECTION LIMIT 1;
	ALTER ROLE once CONNECTION LIMIT 2;
	ALTER ROLE once RENAME TO twice;
	CREATE ROLE once;
	GRANT once TO twice;
	REVOKE once FROM twice;
	ALTER ROLE twice IN DATABASE postgres SET work_mem = '5MB';
	GRANT CREATE ON DATABASE postgres TO once;
	CREATE TABLE of_once ();
	ALTER TABLE of_once OWNER TO once;
});
my $roles = q{SELECT r.oid, rolname, rolcanlogin, rolconnlimit, roleid FROM pg_roles AS r
	LEFT JOIN pg_auth_members ON member = r.oid WHERE rolname IN ('once', 'twice') ORDER BY rolname};
my $before = $one->safe_psql('postgres', $roles);
$one->safe_psql('copy', 'SELECT resume_follow()');
wait_for_follow($one, dbname => 'copy');
is($one->safe_psql('postgres', $roles), $before, 'within one cluster, commands about roles are not applied again');
is($one->safe_psql('copy', q{SELECT tableowner FROM pg_tables WHERE tablename = 'of_once'}), 'once', 'owners follow');
is($one->safe_psql('copy', q{SELECT setconfig FROM pg_db_role_setting JOIN pg_database AS d ON d.oid = setdatabase
	WHERE setrole = 'twice'::regrole AND datname = 'copy'}), '{work_mem=5MB}', 'settings in the database follow');
is($one->safe_psql('copy', q{SELECT has_database_privilege('once', 'copy', 'CREATE')}), 't', 'privileges on it, too');

done_testing();
