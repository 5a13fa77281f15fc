# A library that is newer than the extension's objects in a database says so, and crashes nothing.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = pgf_node('node');
$node->safe_psql('postgres', 'ALTER TABLE follower.follow ADD COLUMN newer int');
my ($status, $out, $err) = $node->psql('postgres', q{
	INSERT INTO follower.follow SELECT (jsonb_populate_record(NULL::follower.follow,
		jsonb_object_agg(attname, CASE atttypid::regtype::text WHEN 'boolean' THEN 'false' WHEN 'text' THEN
			CASE attname WHEN 'copy_phase' THEN 'done' ELSE 'stopped' END
			WHEN 'pg_lsn' THEN '0/0' WHEN 'timestamp with time zone' THEN '2020-01-01' ELSE '1' END))).*
	FROM pg_attribute WHERE attrelid = 'follower.follow'::regclass AND attnum > 0;
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
