# Large objects cannot follow, and that is said when a follow starts, in its status, and when a command names one.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "pg_follower.restart_interval = 1\n");
$upstream->safe_psql('postgres', q{SELECT lo_create(4001), lo_create(4002)});
my ($status, undef, $err) =
  $downstream->psql('postgres',
	"SELECT start_follow('" . (conninfo($upstream) =~ s/'/''/gr) . "', copy_data => false)");
is($status, 0, 'a follow of a database with large objects starts');
like($err, qr/WARNING:  2 large objects of the upstream do not follow/, 'with a warning');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT large_objects FROM follow_status'), '2', 'follow_status counts them');

(undef, undef, $err) =
  $upstream->psql('postgres', q{COMMENT ON LARGE OBJECT 4001 IS 'x'; ALTER LARGE OBJECT 4001 OWNER TO postgres;
	GRANT SELECT ON LARGE OBJECT 4002 TO PUBLIC; SELECT lo_create(4003)});
is(scalar(() = $err =~ /WARNING: .* cannot be followed/g), 3, 'commands on them give a warning');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT unsupported FROM follow_status'), '3', 'and are recorded');

$downstream->safe_psql('postgres', 'SELECT stop_follow()');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
wait_until($downstream, 'SELECT large_objects = 3 FROM follow_status');
pass('a worker that starts counts anew');

done_testing();
