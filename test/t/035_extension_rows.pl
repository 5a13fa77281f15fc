# Rows of tables that belong to an extension: what its scripts write is left to the scripts downstream, what users write
# to its configuration tables follows, and its other tables do not follow.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use TestExtensions;

my %files = (
	'pgf_test_one.control' => "default_version = '1.0'\n",
	'pgf_test_one--1.0.sql' => <<'SQL',
CREATE TABLE one_config (id int PRIMARY KEY, t text);
CREATE TABLE one_private (id int PRIMARY KEY);
INSERT INTO one_config VALUES (1, 'script');
SELECT pg_extension_config_dump('one_config', '');
INSERT INTO one_config VALUES (2, 'script');
CREATE TABLE one_keyless (id int, t text);
SELECT pg_extension_config_dump('one_keyless', '');
INSERT INTO one_keyless VALUES (1, 'script');
INSERT INTO one_private VALUES (1);
SQL
	'pgf_test_one--1.0--1.1.sql' =>
	  "CREATE TABLE one_later (id int); SELECT pg_extension_config_dump('one_later', '');\n"
	  . "UPDATE one_config SET t = t || ' updated' WHERE id = 2;\n",
	'pgf_test_two.control' => "default_version = '1.0'\n",
	'pgf_test_two--1.0.sql' => <<'SQL');
CREATE TABLE two_config (id int PRIMARY KEY);
SELECT pg_extension_config_dump('two_config', '');
INSERT INTO two_config VALUES (1);
INSERT INTO one_config VALUES (100, 'script of the other');
SQL
add_extension_files(%files);

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);

# Compares a table's rows on both servers with what they should be.
sub rows_are
{
	my ($query, $expected, $what) = @_;
	wait_for_follow($downstream);
	is($upstream->safe_psql('postgres', $query), $expected, "$what: upstream");
	is($downstream->safe_psql('postgres', $query), $expected, "$what: downstream");
	return;
}

$upstream->safe_psql('postgres', 'CREATE EXTENSION pgf_test_one');
rows_are('SELECT * FROM one_config ORDER BY id', "1|script\n2|script", 'rows of the script');

$upstream->safe_psql('postgres', "INSERT INTO one_config VALUES (3, 'user'); DELETE FROM one_config WHERE id = 1");
rows_are('SELECT * FROM one_config ORDER BY id', "2|script\n3|user", 'rows of the user');

# Without a key
$upstream->safe_psql('postgres', q{INSERT INTO one_keyless VALUES (2, 'user'), (2, 'user'), (3, NULL);
	UPDATE one_keyless SET t = 'changed' WHERE id = 1; DELETE FROM one_keyless WHERE id = 3});
rows_are('SELECT * FROM one_keyless ORDER BY id', "1|changed\n2|user\n2|user", 'a configuration table without a key');

# Several scripts and the user's own rows in one transaction
$upstream->safe_psql('postgres', <<'SQL');
BEGIN;
INSERT INTO one_config VALUES (4, 'user');
CREATE EXTENSION pgf_test_two;
INSERT INTO one_config VALUES (5, 'user');
INSERT INTO two_config VALUES (5);
SAVEPOINT s;
ALTER EXTENSION pgf_test_one UPDATE TO '1.1';
INSERT INTO one_config VALUES (6, 'user');
RELEASE s;
CREATE TABLE own (id int PRIMARY KEY);
INSERT INTO own VALUES (1);
COMMIT;
SQL
rows_are('SELECT * FROM one_config ORDER BY id',
	"2|script updated\n3|user\n4|user\n5|user\n6|user\n100|script of the other", 'scripts beside rows of the user');
rows_are('SELECT * FROM two_config ORDER BY id', "1\n5", 'rows of both in one transaction');
rows_are('SELECT * FROM own', '1', 'a table of the user');
$upstream->safe_psql('postgres', 'INSERT INTO one_later VALUES (1), (2); DELETE FROM one_later WHERE id = 1');
rows_are('SELECT * FROM one_later', '2', 'a configuration table without a key that an update made');

# A table that is not for configuration is each side's own.
$upstream->safe_psql('postgres', 'INSERT INTO one_private VALUES (2)');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT * FROM one_private'), '1', 'a private table does not follow');

# A table that joins an extension and leaves it again
$upstream->safe_psql('postgres', $_)
  for 'ALTER EXTENSION pgf_test_two ADD TABLE own', 'INSERT INTO own VALUES (2)',
  'ALTER EXTENSION pgf_test_two DROP TABLE own', 'INSERT INTO own VALUES (3)';
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT * FROM own ORDER BY id'),
	"1\n3", 'rows follow while the table is the user\'s');
done_testing();
