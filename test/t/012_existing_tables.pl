# Tables that exist when a follow starts: those without a key get a replica identity, on both sides.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', q{
		CREATE TABLE keyless (i int, j int);
		INSERT INTO keyless VALUES (1, 1), (1, 1), (2, 2);
		CREATE TABLE keyed (i int PRIMARY KEY);
		CREATE TABLE chosen (i int);
		ALTER TABLE chosen REPLICA IDENTITY NOTHING;
	});
}
$upstream->safe_psql('postgres', 'CREATE ROLE replicator REPLICATION LOGIN; CREATE TABLE only_upstream (i int)');

my $identities = "SELECT string_agg(relname || relreplident::text, ' ' ORDER BY relname) FROM pg_class
	WHERE relname IN ('keyless', 'keyed', 'chosen', 'only_upstream')";

# A role that may not change the tables leaves them, and says so.
my $conninfo = $upstream->connstr('postgres');
my ($status, $out, $err) = $downstream->psql('postgres',
	"SELECT start_follow(\$\$$conninfo user=replicator\$\$, 'by_replicator', false)");
is($status, 0, 'a role with REPLICATION may follow');
like(
	$err,
	qr/WARNING:  2 tables of the upstream have no primary key.*HINT:  Run SELECT follower.set_replica_identities\(\)/s,
	'and is told of keyless tables'
);
$downstream->safe_psql('postgres', "SELECT drop_follow('by_replicator')");
is($upstream->safe_psql('postgres', $identities), 'chosenn keyedd keylessd only_upstreamd', 'which stay as they are');

$downstream->safe_psql('postgres', "SELECT start_follow(\$\$$conninfo user=postgres\$\$, copy_data => false)");
is(
	$upstream->safe_psql('postgres', $identities),
	'chosenn keyedd keylessf only_upstreamf',
	'a superuser gives them FULL'
);
$upstream->safe_psql('postgres', "DELETE FROM keyless WHERE ctid = '(0,1)'; UPDATE keyless SET j = 9 WHERE i = 2");
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT * FROM keyless ORDER BY i'),
	"1|1\n2|9", 'their updates and deletes follow');
is(
	$downstream->safe_psql('postgres', $identities),
	'chosenn keyedd keylessf',
	'and so does the identity, where the table is'
);

# A second follow changes nothing, and when the last one ends the tables are as they were, but for those that somebody
# else has changed or needs.
$upstream->safe_psql('postgres', 'CREATE TABLE published (i int); CREATE PUBLICATION p FOR TABLE published');
$upstream->safe_psql('postgres', 'CREATE TABLE made (i int); CREATE TABLE renounced (i int);
	ALTER TABLE renounced REPLICA IDENTITY NOTHING');
wait_for_follow($downstream);
($status, $out, $err) = $downstream->psql('postgres',
	"SELECT start_follow(\$\$$conninfo user=postgres\$\$, 'second', false)");
unlike($err, qr/REPLICA IDENTITY/, 'a second follow changes no table');
$downstream->safe_psql('postgres', "SELECT drop_follow('second')");
is($upstream->safe_psql('postgres', $identities), 'chosenn keyedd keylessf only_upstreamf', 'nor does its end');
$downstream->safe_psql('postgres', 'SELECT drop_follow()');
is($upstream->safe_psql('postgres', $identities), 'chosenn keyedd keylessd only_upstreamd',
	'the end of the last one takes back what it changed');
is($upstream->safe_psql('postgres',
	"SELECT string_agg(relname || relreplident::text, ' ' ORDER BY relname) FROM pg_class
	WHERE relname IN ('published', 'made', 'renounced')"), 'maded publishedf renouncedn',
	'but for a table that a publication needs, or that somebody changed');

# The extension works from any schema.
for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', 'CREATE DATABASE elsewhere');
	$node->safe_psql('elsewhere',
		'CREATE SCHEMA f; CREATE EXTENSION pg_follower SCHEMA f; CREATE TABLE keyless (i int)');
}
(my $elsewhere = "$conninfo user=postgres") =~ s/dbname='?postgres'?/dbname=elsewhere/;
($status, $out, $err) = $downstream->psql('elsewhere', "SELECT f.start_follow(\$\$$elsewhere\$\$, copy_data => false)");
like($err, qr/NOTICE:  1 table of the upstream without a key now has REPLICA IDENTITY FULL/,
	'start_follow says what it changed');
$upstream->safe_psql('elsewhere', 'CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t VALUES (1)');
is($downstream->safe_psql('elsewhere', "SELECT f.wait_for_follow('$time_limit')"), 't',
	'wait_for_follow in another schema');
$downstream->safe_psql('elsewhere', 'SELECT f.stop_follow(); SELECT f.alter_follow(); SELECT f.resume_follow()');
$upstream->safe_psql('elsewhere', 'ALTER TABLE t ADD j int; INSERT INTO t VALUES (2, 2)');
is($downstream->safe_psql('elsewhere', "SELECT f.wait_for_follow('$time_limit')"), 't', 'after a stop, too');
is($downstream->safe_psql('elsewhere', 'SELECT count(j) FROM t'), '1', 'and all is there');
is($downstream->safe_psql('elsewhere', 'SELECT count(*) FROM f.follow_status'), '1', 'the view is there');
$downstream->safe_psql('elsewhere', 'SELECT f.drop_follow(); DROP EXTENSION pg_follower');
is($upstream->safe_psql('elsewhere', "SELECT relreplident FROM pg_class WHERE relname = 'keyless'"), 'd',
	'drop_follow, too');
$upstream->safe_psql('elsewhere', 'DROP EXTENSION pg_follower');

done_testing();
