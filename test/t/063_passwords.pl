# User mappings and subscriptions with a password: left out with a WARNING unless a setting allows them, and what is
# done to one that was left out does not stop the follow.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1);
my $downstream = pgf_node('downstream', config => "pg_follower.restart_interval = 1\n");
start_follow($downstream, $upstream, copy_data => 0);

sub down { return $downstream->safe_psql('postgres', $_[0]) }
sub recorded { return down('SELECT command, count(*) FROM follower.unsupported GROUP BY 1 ORDER BY 1') }

# Runs statements upstream, all of which say what the pattern says, or nothing where it is undef.
sub says
{
	my ($pattern, $what, @statements) = @_;
	for my $sql (@statements)
	{
		my ($status, undef, $err) = $upstream->psql('postgres', $sql);
		is($status, 0, "runs: $sql") or diag $err;
		$err =~ s/.*tables were not subscribed.*\n//;
		defined $pattern ? like($err, $pattern, $what) : unlike($err, qr/cannot be followed/, $what);
	}
	return wait_for_follow($downstream);
}

is($upstream->safe_psql('postgres', 'SHOW pg_follower.user_mappings'), 'off', 'off is the default');
$upstream->safe_psql('postgres', 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w');
says(qr/WARNING:  (?:CREATE|ALTER) USER MAPPING of user mapping public on server s cannot be followed/,
	'a user mapping does not follow',
	q{CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret1')},
	q{ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET password 'secret2')});
says(qr/WARNING:  (?:CREATE SUBSCRIPTION|ALTER SUBSCRIPTION|COMMENT) of subscription sub2? cannot be followed/,
	'a subscription with a password does not follow',
	q{CREATE SUBSCRIPTION sub CONNECTION 'dbname=x password=secret3' PUBLICATION p
		WITH (connect = false, slot_name = NONE)},
	'ALTER SUBSCRIPTION sub SET (binary = true)',
	'ALTER SUBSCRIPTION sub ADD PUBLICATION q WITH (refresh = false)',
	q{COMMENT ON SUBSCRIPTION sub IS 'x'},
	'ALTER SUBSCRIPTION sub OWNER TO CURRENT_USER',
	'ALTER SUBSCRIPTION sub RENAME TO sub2');
is(recorded(), "ALTER SUBSCRIPTION|4\nALTER USER MAPPING|1\nCOMMENT|1\nCREATE SUBSCRIPTION|1\nCREATE USER MAPPING|1",
	'each is recorded');

# From now on they may follow, but those that exist are not there.
says(undef, 'without its password',
	q{ALTER SUBSCRIPTION sub2 CONNECTION 'dbname=y'},
	q{COMMENT ON SUBSCRIPTION sub2 IS 'y'},
	'CREATE TABLE still_follows (i int)');
$upstream->append_conf('postgresql.conf', "pg_follower.user_mappings = on\n");
$upstream->reload;
wait_until($upstream, q{SELECT setting = 'on' FROM pg_settings WHERE name = 'pg_follower.user_mappings'});
says(undef, 'allowed', q{ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET password 'secret4')});
is(
	recorded(),
	"ALTER SUBSCRIPTION|5\nALTER USER MAPPING|2\nCOMMENT|2\nCREATE SUBSCRIPTION|1\nCREATE USER MAPPING|1",
	'what cannot be done downstream is recorded, too'
);
like(
	down(q{SELECT string_agg(reason, ';') FROM follower.unsupported}),
	qr/subscription "sub2" does not exist/,
	'with its reason'
);
says(undef, 'they go', 'DROP USER MAPPING FOR PUBLIC SERVER s', 'DROP SUBSCRIPTION sub2');
says(undef, 'they follow',
	q{CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret5')},
	q{CREATE SUBSCRIPTION sub CONNECTION 'dbname=x password=secret6' PUBLICATION p
		WITH (connect = false, slot_name = NONE)}
);
is_same($upstream, $downstream, 'they are the same');
is(down('SELECT umoptions FROM pg_user_mapping'), '{password=secret5}', 'with the password');
is(down('SELECT subenabled FROM pg_subscription'), 'f', 'the subscription does not run');
unlike(down('SELECT string_agg(u::text, chr(10)) FROM follower.unsupported AS u'),
	qr/secret/, 'no password is recorded');

done_testing();
