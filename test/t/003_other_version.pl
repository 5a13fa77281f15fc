# A library that is newer than the extension's objects in a database says so, and crashes nothing.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = pgf_node('node');
$node->safe_psql('postgres', 'ALTER TABLE follower.follow ADD COLUMN newer int');
my ($status, $out, $err) = $node->psql('postgres', q{
	INSERT INTO follower.follow SELECT (r).* FROM (SELECT jsonb_populate_record(NULL::follower.follow,
		'{"id": 1, "name": "x", "conninfo": "", "upstream": "", "slot_name": "x", "origin_name": "x",
		  "start_lsn": "0/0",
		  "enabled": false, "state": "stopped", "segment": 0, "started_at": "2020-01-01",
		  "single_until": "0/0", "blocked_lsn": "0/0", "blocked_xid": "0",
		  "received_lsn": "0/0", "applied_lsn": "0/0", "transactions": 0, "rows_applied": 0, "rows_missing": 0,
		  "ddl_applied": 0, "unsupported": 0, "large_objects": 0}') AS r) AS one;
	SELECT * FROM follow_status}
);
like(
	$err,
	qr/ERROR:  extension "pg_follower" of this database and its library are of different versions/,
	'a table with another column'
);
$node->safe_psql('postgres', 'DELETE FROM follower.follow; ALTER TABLE follower.follow DROP COLUMN newer');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server is up');

done_testing();
