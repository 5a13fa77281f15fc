# The text of commands about roles and about the database itself, and its replay by psql on another cluster.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1);
my $replayed = pgf_node('replayed', extension => 0);
$upstream->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('s', 'pg_follower')});

# What a command becomes; the hash of a password as HASH.
sub text_of
{
	my ($sql) = @_;
	my ($status, undef, $err) = $upstream->psql('postgres', $sql);
	is($status, 0, "runs: $sql") or diag $err;
	my $text = $upstream->safe_psql('postgres', q{SELECT data FROM pg_logical_slot_get_changes('s', NULL, NULL)});
	my ($code, $out, $problem) = $replayed->psql('postgres', $text, on_error_stop => 1);
	is($code, 0, "replays: $sql") or diag $problem;
	return join "\n", map { s/SCRAM-SHA-256\$[^']*/HASH/gr } grep { !/^(?:SET (?!LOCAL)|BEGIN;|COMMIT;)/ } split /\n/,
	  $text;
}

# The block that creates a role where it is missing.
sub made
{
	return
	  "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ''$_[0]'') "
	  . "THEN CREATE ROLE $_[0]; END IF; END';\n";
}

# CREATE ROLE: one that exists is given all attributes.
sub created
{
	my ($role, $options, $all) = @_;
	return "DO 'BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) ''$role'') "
	  . "THEN ALTER ROLE $role$all; ELSE CREATE ROLE $role$options; END IF; END';";
}

sub in_database
{
	return
	  "DO 'BEGIN EXECUTE pg_catalog.concat(''$_[0] '', "
	  . "pg_catalog.quote_ident(pg_catalog.current_database()), ''$_[1]''); END';";
}

my $set = 'SET LOCAL ROLE ' . $upstream->safe_psql('postgres', 'SELECT quote_ident(current_user)') . ";\n";

$upstream->safe_psql('postgres', q{ALTER SYSTEM SET pg_follower.roles = 'all'; SELECT pg_reload_conf()});
wait_until($upstream, q{SELECT setting = 'all' FROM pg_settings WHERE name = 'pg_follower.roles'});
for my $case (
	[
		'CREATE ROLE a',
		created(
			'a',
			'',
			' NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT -1 '
			  . 'PASSWORD NULL'
		)
	],
	[
		q{CREATE USER b PASSWORD 'b' CREATEDB CREATEROLE SUPERUSER REPLICATION BYPASSRLS NOINHERIT CONNECTION LIMIT 3
			VALID UNTIL '2030-01-01 00:00+01'},
		created(
			'b',
			" SUPERUSER NOINHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS CONNECTION LIMIT 3 "
			  . "PASSWORD ''HASH'' VALID UNTIL ''2029-12-31 23:00:00+00''",
			" SUPERUSER NOINHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS CONNECTION LIMIT 3 "
			  . "PASSWORD ''HASH'' VALID UNTIL ''2029-12-31 23:00:00+00''"
		)
	],
	[ 'CREATE GROUP c ROLE a ADMIN b', undef ],
	[ 'CREATE ROLE d IN ROLE c, a', undef ],
	[
		q{ALTER ROLE a LOGIN PASSWORD 'x' VALID UNTIL 'infinity'},
		made('a') . $set . q{ALTER ROLE a LOGIN PASSWORD 'HASH' VALID UNTIL 'infinity';}
	],
	[
		'ALTER ROLE a NOLOGIN PASSWORD NULL CONNECTION LIMIT -1',
		"${set}ALTER ROLE a NOLOGIN PASSWORD NULL CONNECTION LIMIT -1;",
		'role'
	],
	[ 'ALTER GROUP c DROP USER a', "${set}REVOKE c FROM a;", 'role' ],
	[ 'ALTER GROUP c ADD USER a', "${set}GRANT c TO a;", 'role' ],
	[ 'GRANT c TO b, a', "${set}GRANT c TO b;\nGRANT c TO a;", 'role' ],
	[ 'REVOKE c FROM b CASCADE', "${set}REVOKE c FROM b CASCADE;", 'role' ],
	[ q{ALTER ROLE a SET search_path = s, "T t"}, "${set}ALTER ROLE a SET search_path TO 's', 'T t';", 'role' ],
	[ 'ALTER ROLE a RESET search_path', "${set}ALTER ROLE a RESET search_path;", 'role' ],
	[ 'ALTER ROLE a SET work_mem FROM CURRENT', "${set}ALTER ROLE a SET work_mem TO '4MB';", 'role' ],
	[ 'ALTER ROLE a RESET ALL', "${set}ALTER ROLE a RESET ALL;", 'role' ],
	[ 'ALTER ROLE ALL SET work_mem = 64', "${set}ALTER ROLE ALL SET work_mem TO '64';", 'role' ],
	[ 'ALTER ROLE ALL RESET work_mem', "${set}ALTER ROLE ALL RESET work_mem;", 'role' ],
	[
		q{ALTER ROLE a IN DATABASE postgres SET work_mem = '5MB'},
		$set . in_database('ALTER ROLE a IN DATABASE', q{ SET work_mem TO ''''5MB''''}),
		'role'
	],
	[ q{ALTER ROLE a IN DATABASE template1 SET work_mem = '5MB'}, '' ],
	[ q{COMMENT ON ROLE a IS 'it''s'}, "${set}COMMENT ON ROLE a IS 'it''s';", 'role' ],
	[ 'ALTER ROLE a RENAME TO "A a"', undef ],
	[ 'DROP ROLE IF EXISTS "A a", nobody', qq{${set}DROP ROLE IF EXISTS "A a";} ],
	[ 'BEGIN; CREATE ROLE z; ROLLBACK', '' ],
	[
		q{ALTER DATABASE postgres SET work_mem = '6MB'},
		$set . in_database('ALTER DATABASE', q{ SET work_mem TO ''''6MB''''})
	],
	[ 'ALTER DATABASE postgres RESET work_mem', $set . in_database('ALTER DATABASE', ' RESET work_mem') ],
	[ 'ALTER DATABASE template1 SET work_mem = 64', '' ],
	[ 'ALTER DATABASE postgres CONNECTION LIMIT 50', '' ],
	[ 'ALTER DATABASE postgres OWNER TO b', $set . in_database('ALTER DATABASE', ' OWNER TO b'), 'role' ],
	[
		'GRANT CREATE, TEMP ON DATABASE postgres TO c WITH GRANT OPTION',
		$set . in_database('GRANT create, temp ON DATABASE', ' TO c WITH GRANT OPTION'),
		'role'
	],
	[
		'REVOKE GRANT OPTION FOR ALL ON DATABASE postgres FROM c CASCADE',
		$set . in_database('REVOKE GRANT OPTION FOR ALL ON DATABASE', ' FROM c CASCADE'),
		'role'
	],
	[ q{COMMENT ON DATABASE postgres IS 'x'}, $set . in_database('COMMENT ON DATABASE', q{ IS ''''x''''}) ],
	[ 'CREATE TABLE t (i int); ALTER TABLE t OWNER TO c', undef ],
	[ 'REASSIGN OWNED BY c TO b', "${set}REASSIGN OWNED BY c TO b;", 'role' ],
	[ 'CREATE DATABASE other', '' ],
	[ 'GRANT SET ON PARAMETER work_mem TO c', '' ])
{
	my ($sql, $expected, $with_roles) = @$case;
	my $text = text_of($sql);
	next unless defined $expected;
	# Roles that are named are made first; which ones is shown once above.
	$text =~ s/^DO 'BEGIN IF NOT EXISTS .*\n//mg if $with_roles;
	$text =~ s/^RESET ROLE;\n\Q$set\E//mg;
	$expected = "$set$expected" if $expected =~ /^DO 'BEGIN IF EXISTS/;
	is($text, $expected, $sql);
}

my ($want, $got) = map {
	$_->safe_psql(
		'postgres', q{SELECT rolname, rolsuper, rolinherit, rolcanlogin, rolconnlimit, rolpassword,
	rolvaliduntil AT TIME ZONE 'UTC', (SELECT string_agg(r.rolname, ',' ORDER BY 1)
		FROM pg_auth_members JOIN pg_roles AS r ON r.oid = roleid
	WHERE member = a.oid) FROM pg_authid AS a WHERE rolname IN ('a', 'A a', 'b', 'c', 'd', 'z') ORDER BY 1}
	)
} ($upstream, $replayed);
is($got, $want, 'the replay leaves the same roles');
is(
	$replayed->safe_psql(
		'postgres', 'SELECT datdba::regrole, datacl FROM pg_database WHERE datname = current_database()'
	),
	$upstream->safe_psql(
		'postgres', 'SELECT datdba::regrole, datacl FROM pg_database WHERE datname = current_database()'
	),
	'and the same database'
);

# From version 16 on, a setting of the session says what its role may do with a role that it makes.
if ($upstream->pg_version >= 16)
{
	text_of('CREATE ROLE maker CREATEROLE');
	like(text_of(q{SET createrole_self_grant = 'INHERIT'; SET ROLE maker; CREATE ROLE made}),
		qr/^GRANT made TO maker WITH INHERIT TRUE, SET FALSE;$/m, 'the setting is read in any case');
}

done_testing();
