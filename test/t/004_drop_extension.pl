# The extension cannot be dropped while its database follows, for the upstream's slot would be left behind; nor while
# its database is followed, for the rows would go on without DDL.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
$downstream->safe_psql('postgres', 'CREATE ROLE owner SUPERUSER; CREATE SCHEMA interface AUTHORIZATION owner');
$downstream->safe_psql('postgres', 'DROP EXTENSION pg_follower CASCADE');
$downstream->safe_psql('postgres', 'SET ROLE owner; CREATE EXTENSION pg_follower SCHEMA interface');
$downstream->safe_psql('postgres', 'ALTER DATABASE postgres SET search_path = public, interface');
start_follow($downstream, $upstream);

sub refused
{
	my ($statement, $what) = @_;
	my ($status, $out, $err) = $downstream->psql('postgres', $statement, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/ERROR:  55006: cannot drop extension "pg_follower" while this database follows another/, $what);
	like(
		$err,
		qr/DETAIL:  Follow "default" has a replication slot.*HINT:  Call drop_follow\(\) first/s,
		"$what: the way out"
	);
	return;
}
refused('DROP EXTENSION pg_follower', 'DROP EXTENSION');
refused('DROP EXTENSION IF EXISTS pg_follower CASCADE', 'DROP EXTENSION ... CASCADE');
refused('DROP SCHEMA interface CASCADE', 'DROP SCHEMA with the extension in it');
refused('DROP OWNED BY owner CASCADE', 'DROP OWNED by its owner');
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
refused('DROP EXTENSION pg_follower', 'DROP EXTENSION under a stopped follow');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');

# Nothing has changed.
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT id FROM t'), '1', 'the follow goes on');

# The upstream
my ($status, $out, $err) =
  $upstream->psql('postgres', 'DROP EXTENSION pg_follower', extra_params => [ '-v', 'VERBOSITY=verbose' ]);
like(
	$err,
	qr/ERROR:  55006: cannot drop extension "pg_follower" while this database is followed/,
	'DROP EXTENSION upstream'
);
like($err, qr/HINT:  Call drop_follow\(\) on the downstream first\./, 'and the way out');
$upstream->safe_psql('postgres', 'CREATE TABLE after (id int PRIMARY KEY)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT to_regclass('after')"), 'after', 'DDL goes on to follow');

# Other tables of that name, and other schemas, are nobody's business here.
$downstream->safe_psql('postgres', 'CREATE SCHEMA x CREATE TABLE follow (id int); DROP TABLE x.follow; DROP SCHEMA x');

$downstream->safe_psql('postgres', 'BEGIN; SELECT drop_follow(); DROP EXTENSION pg_follower CASCADE; COMMIT');
is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'),
	'0', 'drop_follow first: no slot is left');
is($downstream->safe_psql('postgres', 'SELECT id FROM t'), '1', 'and the tables stay');
$upstream->safe_psql('postgres', 'DROP EXTENSION pg_follower');
is($upstream->safe_psql('postgres', "SELECT to_regnamespace('follower') IS NULL"),
	't', 'and the upstream\'s extension can be dropped');
done_testing();
