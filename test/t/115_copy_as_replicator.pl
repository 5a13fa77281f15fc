# A copy over a role that is no superuser: what docs/operations.md says that it needs is enough, and what is missing is
# said.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);
$upstream->safe_psql('postgres', <<'END');
CREATE ROLE replicator LOGIN REPLICATION;
GRANT pg_read_all_data TO replicator;
CREATE SCHEMA closed;
CREATE TABLE closed.item (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
INSERT INTO closed.item (note) SELECT 'item ' || i FROM generate_series(1, 100) AS i;
CREATE MATERIALIZED VIEW closed.notes AS SELECT note FROM closed.item;
CREATE SEQUENCE closed.number;
SELECT setval('closed.number', 77);
CREATE TABLE secret (id integer PRIMARY KEY, owner text);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secret USING (owner = current_user);
INSERT INTO secret VALUES (1, 'somebody'), (2, 'replicator');
CREATE ROLE nobody_else;
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER far FOREIGN DATA WRAPPER other;
SELECT lo_from_bytea(4711, 'large');
GRANT SELECT ON LARGE OBJECT 4711 TO nobody_else;
END

my $conninfo = PgFollower::literal($upstream->connstr('postgres') . ' user=replicator');

my ($status, $out, $err) = $downstream->psql('postgres', "SELECT start_follow($conninfo)");
like(
	$err,
	qr/1 thing stands.*DETAIL:  Row-level security may hide rows of table public\.secret\.\nHINT:  .* BYPASSRLS/s,
	'rows that policies hide are told of before the copy');

# Where that comes to be so during the copy, nothing less than all rows of the table is copied.
$upstream->safe_psql('postgres', 'ALTER TABLE secret DISABLE ROW LEVEL SECURITY');
$downstream->safe_psql('postgres', "BEGIN; SELECT start_follow($conninfo), stop_follow(); COMMIT");
$upstream->safe_psql('postgres', 'ALTER TABLE secret ENABLE ROW LEVEL SECURITY');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_until($downstream, 'SELECT state FROM follow_status', 'failed');
like(
	$downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status'),
	qr/row-level security policy for table "secret"/,
	'a table with policies is not copied as they show it');
is( $downstream->safe_psql('postgres', "SELECT relation, state FROM follow_copy_progress ORDER BY relation::text"),
	"closed.item|copied\nclosed.notes|copied\nsecret|waiting",
	'which keeps no other table from being copied');
my $finished = $downstream->safe_psql('postgres',
	"SELECT relation, finished_at FROM follow_copy_progress WHERE state = 'copied' ORDER BY relation::text");

$upstream->safe_psql('postgres', 'ALTER ROLE replicator BYPASSRLS');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a role that may read everything copies everything');
is( $downstream->safe_psql('postgres',
		"SELECT relation, finished_at FROM follow_copy_progress WHERE relation::text LIKE 'closed.%'"
		  . ' ORDER BY relation::text'),
	$finished,
	'and nothing twice');
is($downstream->safe_psql('postgres', 'SELECT last_value FROM closed.number'), '77', 'also positions of sequences');
is($downstream->safe_psql('postgres', "SELECT convert_from(lo_get(4711), 'UTF8')"), 'large', 'also large objects');
$upstream->safe_psql('postgres', 'INSERT INTO secret VALUES (3, NULL); CREATE TABLE later (id integer PRIMARY KEY)');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'and follows');

done_testing();
