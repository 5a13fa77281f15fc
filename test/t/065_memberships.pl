# Memberships of roles follow with their options, which from version 16 on are three: ADMIN, INHERIT and SET.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1, config => "pg_follower.roles = all\n");
start_follow($downstream, $upstream);

# Who is a member of what, by whose grant, with which options.
sub memberships
{
	my ($node) = @_;
	return $node->safe_psql('postgres', q{
		SELECT m.roleid::regrole, m.member::regrole, m.grantor::regrole,
			to_jsonb(m) - '{oid,roleid,member,grantor}'::text[]
		FROM pg_auth_members m WHERE m.roleid >= 16384 ORDER BY 1, 2, 3
	});
}

sub is_same_membership
{
	my ($what, $statements) = @_;
	$upstream->safe_psql('postgres', $statements);
	wait_for_follow($downstream);
	my $expected = memberships($upstream);
	isnt($expected, '', "$what: there are memberships");
	is(memberships($downstream), $expected, $what);
	return;
}

is_same_membership('granted and revoked', q{
	CREATE ROLE team;
	CREATE ROLE one IN ROLE team;
	CREATE ROLE two ROLE one ADMIN team;
	CREATE ROLE three;
	CREATE ROLE four;
	GRANT team TO three WITH ADMIN OPTION;
	SET ROLE three;
	GRANT team TO four;
	RESET ROLE;
	GRANT two TO three, four;
	REVOKE two FROM four;
	REVOKE ADMIN OPTION FOR team FROM three CASCADE;
});
is_same_membership('with options', q{
	CREATE ROLE maker CREATEROLE;
	GRANT four TO one WITH INHERIT FALSE, SET TRUE;
	GRANT four TO two WITH ADMIN TRUE, INHERIT TRUE, SET FALSE;
	REVOKE SET OPTION FOR four FROM one;
	REVOKE INHERIT OPTION FOR four FROM two;
	GRANT four TO three WITH ADMIN FALSE;
	SET ROLE maker;
	CREATE ROLE made;
	SET createrole_self_grant = 'inherit';
	CREATE ROLE made_inheriting;
	SET createrole_self_grant = 'Set, INHERIT';
	CREATE ROLE made_with_all;
	GRANT made TO one;
}) if $upstream_major >= 16;

done_testing();
