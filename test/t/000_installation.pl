# The servers of these tests run from the private installation, so no other is touched.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $node = pgf_node('node', extension => 0);
for my $folder (qw(BINDIR PKGLIBDIR SHAREDIR))
{
	like(
		$node->safe_psql('postgres', "SELECT setting FROM pg_config WHERE name = '$folder'"),
		qr/^\Q$ENV{PGF_SCRATCH}\E\/pg\//,
		"$folder is in the private installation");
}
is($node->safe_psql('postgres', 'SHOW server_encoding'), 'UTF8', 'databases are UTF8');
is($node->safe_psql('postgres', 'SHOW wal_level'), 'logical', 'the settings for following are there');

$node->safe_psql('postgres', q{
	CREATE TABLE b (r int, t text);
	INSERT INTO b VALUES (2, 'x'), (NULL, ''), (1, NULL);
	CREATE TABLE a ();
	CREATE TEMP TABLE c (i int);
	CREATE SCHEMA s;
	CREATE TABLE s.b (LIKE b);
	INSERT INTO s.b SELECT * FROM b ORDER BY r;
	CREATE UNLOGGED TABLE u (i int);
});
my $hashes = table_hashes($node);
like($hashes, qr/^public\.a\|0\|\w{32}\npublic\.b\|3\|(\w{32})\ns\.b\|3\|\1\n$/, 'equal rows hash alike in any order');
$node->safe_psql('postgres', 'UPDATE b SET t = NULL WHERE r IS NULL');
unlike(table_hashes($node), qr/public\.b\|3\|(\w{32})\ns\.b\|3\|\1/, 'NULL and the empty string hash apart');
like(schema_dump($node), qr/^CREATE TABLE public\.a \(\n\);$/m, 'a schema dump has its statements');
unlike(schema_dump($node), qr/restrict|^--|^$/m, 'a schema dump has nothing that differs each time');

done_testing();
