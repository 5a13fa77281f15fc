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

done_testing();
