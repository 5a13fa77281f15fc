# Databases of different encodings: values, names and replayed text arrive as the same characters.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
my $script = PostgreSQL::Test::Utils::tempdir . '/changes.sql';

# Makes the database with its table, whose names are not ASCII.
sub prepare
{
	my ($node, $dbname, $encoding) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $dbname TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	$node->safe_psql($dbname, 'CREATE EXTENSION pg_follower');
	$node->safe_psql($dbname, <<"SQL");
SET client_encoding = 'UTF8';
CREATE SCHEMA "sch\xC3\xA9ma";
CREATE TABLE "sch\xC3\xA9ma"."t\xC3\xA4ble" ("c\xC3\xB6l" text PRIMARY KEY, a text[], b bytea);
CREATE TABLE "sch\xC3\xA9ma".whole (t text, x xml);
ALTER TABLE "sch\xC3\xA9ma".whole REPLICA IDENTITY FULL;
SQL
	return;
}

# What the tables hold, as characters.
sub content
{
	my ($node, $dbname) = @_;
	return $node->safe_psql($dbname, <<"SQL");
SET client_encoding = 'UTF8';
SELECT "c\xC3\xB6l", a, encode(b, 'hex') FROM "sch\xC3\xA9ma"."t\xC3\xA4ble" ORDER BY convert_to("c\xC3\xB6l", 'UTF8');
SELECT * FROM "sch\xC3\xA9ma".whole ORDER BY convert_to(t, 'UTF8');
SQL
}

for my $pair ([ 'LATIN1', 'UTF8' ], [ 'UTF8', 'LATIN1' ], [ 'EUC_JP', 'UTF8' ],
	[ 'SQL_ASCII', 'UTF8' ])
{
	my ($from, $to) = @$pair;
	# Characters that both have
	my ($letter, $other) = $from eq 'EUC_JP' ? ("\xE6\xBC\xA2", "\xE5\xAD\x97") : ("\xC3\xA9", "\xC3\x9F");
	my $dbname = lc "${from}_to_$to";
	prepare($upstream, $dbname, $from);
	prepare($downstream, $dbname, $to);
	$downstream->safe_psql('postgres', "CREATE DATABASE replay_$dbname TEMPLATE $dbname");
	start_follow($downstream, $upstream, dbname => $dbname, copy_data => 0);
	$upstream->safe_psql($dbname, "SELECT pg_create_logical_replication_slot('$dbname', 'pg_follower')");

	$upstream->safe_psql($dbname, <<"SQL");
SET client_encoding = 'UTF8';
INSERT INTO "sch\xC3\xA9ma"."t\xC3\xA4ble" VALUES ('$letter', '{$other,"$letter \\\\$other"}', '\\xe9ff'),
	('$other', NULL, '');
UPDATE "sch\xC3\xA9ma"."t\xC3\xA4ble" SET a = '{}' WHERE "c\xC3\xB6l" = '$other';
INSERT INTO "sch\xC3\xA9ma".whole VALUES ('$letter', '<$letter>$other</$letter>'),
	('$letter', NULL), ('gone $letter', NULL);
UPDATE "sch\xC3\xA9ma".whole SET t = '$other' WHERE x IS NULL AND t = '$letter';
DELETE FROM "sch\xC3\xA9ma".whole WHERE t LIKE 'gone%';
CREATE TABLE made (id int PRIMARY KEY, "$letter" text DEFAULT '$other');
INSERT INTO made VALUES (1);
SQL
	wait_for_follow($downstream, dbname => $dbname);
	my $expected = content($upstream, $dbname);
	like($expected, qr/$letter/, "$from to $to: the upstream has the rows");
	is(content($downstream, $dbname), $expected, "$from to $to: followed");
	is($downstream->safe_psql($dbname, "SET client_encoding = 'UTF8'; SELECT \"$letter\" FROM made"), $other,
		"$from to $to: DDL with names and defaults");

	# A walsender sends text in the database's own encoding, and says so in the first statement.
	my $end = $upstream->safe_psql($dbname, 'SELECT pg_current_wal_lsn()');
	unlink $script;
	$upstream->command_ok([ 'pg_recvlogical', '-d', $upstream->connstr($dbname), '-S', $dbname, '--start', '--no-loop',
			'--endpos', $end, '-f', $script ], "$from to $to: pg_recvlogical ends");
	like(slurp_file($script), qr/\ASET client_encoding = '$from';\n/, "$from to $to: the encoding is said first");
	my ($out, $err);
	IPC::Run::run(
		[ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $downstream->connstr("replay_$dbname"), '-f', $script ],
		'>', \$out, '2>', \$err);
	is($err, '', "$from to $to: the replay has no error");
	is(content($downstream, "replay_$dbname"), $expected, "$from to $to: replayed");
}

# Encodings that the upstream's server cannot convert into one another are refused, before anything is made.
for my $pair ([ 'LATIN1', 'LATIN9' ], [ 'EUC_JP', 'LATIN1' ])
{
	my ($from, $to) = @$pair;
	my $dbname = lc "${from}_to_$to";
	for my $side ([ $upstream, $from ], [ $downstream, $to ])
	{
		$side->[0]
		  ->safe_psql('postgres', "CREATE DATABASE $dbname TEMPLATE template0 ENCODING '$side->[1]' LOCALE 'C'");
		$side->[0]->safe_psql($dbname, 'CREATE EXTENSION pg_follower');
	}
	my ($status, $out, $err) = $downstream->psql(
		$dbname,
		sprintf(q{SELECT start_follow($c$%s$c$, copy_data => false)}, conninfo($upstream, $dbname)),
		extra_params => [ '-v', 'VERBOSITY=verbose' ]
	);
	like(
		$err,
		qr/ERROR:  0A000: cannot follow a database with encoding $from into one with encoding $to\n/,
		"$from to $to: refused"
	);
	like($err, qr/HINT:  Follow into a database with encoding $from or UTF8\./, "$from to $to: the hint");
	is($downstream->safe_psql($dbname, 'SELECT count(*) FROM follow_status'), '0', "$from to $to: no follow is made");
}

# SQL_ASCII holds bytes of any encoding; those that are none of the downstream's stop the follow.
$upstream->safe_psql('sql_ascii_to_utf8',
	qq{CREATE TABLE bytes (id int PRIMARY KEY, t text); INSERT INTO bytes VALUES (1, E'\\xE9')});
wait_until($downstream,
	q{SELECT last_error LIKE '%invalid byte sequence for encoding "UTF8": 0xe9%' FROM follow_status},
	't', dbname => 'sql_ascii_to_utf8');
like(
	$downstream->safe_psql('sql_ascii_to_utf8', 'SELECT last_error FROM follow_status'),
	qr/column t of table public\.bytes/,
	'bytes that are no text downstream stop the follow, which says where they are'
);
done_testing();
