# Which tables are copied in binary form, and that their values are those of the upstream: those of every type for which
# that form is taken, and their arrays.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) =
  pgf_pair(preload => 1, config => "log_statement = all\npg_follower.copy_split_size = 1MB\n");

# Values of each type. Beside each there are NULL, an empty array, and an array of two dimensions with NULL and other
# bounds.
my %values = (
	boolean => [ 'true', 'false' ],
	bytea => [ '\x', '\x00ff5c27' ],
	smallint => [ '-32768', '0', '32767' ],
	int => [ '-2147483648', '0', '2147483647' ],
	bigint => [ '-9223372036854775808', '0', '9223372036854775807' ],
	oid => [ '0', '4294967295' ],
	real => [ 'NaN', 'Infinity', '-Infinity', '-0', '1e-45', '3.4028235e38', '0.1' ],
	float8 => [ 'NaN', 'Infinity', '-Infinity', '-0', '5e-324', '1.7976931348623157e308', '0.1' ],
	numeric => [
		'NaN', 'Infinity', '-Infinity', '0', '0.000', '-0.5', '-12345678901234567890.10', '1e-300', '9' x 1000,
		'1' . '0' x 131071
	],
	'numeric(10,3)' => [ '-1.5', '9999999.999', 'NaN' ],
	'numeric(5,-3)' => [ '-12000', '99999000' ],
	text => [ '', '\N', "a\tb\\c\nd\re", 'Grüße, 世界 🐘', 'NULL', '{"a"}' ],
	'varchar(5)' => [ '', 'Grüße', 'a    ' ],
	'char(5)' => [ '', 'ü', 'abcde' ],
	uuid => [ '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' ],
	date => [ 'infinity', '-infinity', '4713-01-01 BC', '0001-12-31 BC', '5874897-12-31', '2000-02-29' ],
	time => [ '00:00', '24:00', '23:59:59.999999' ],
	'time(0)' => ['23:59:59.6'],
	timetz => [ '00:00+15:59:59', '24:00-15:59:59', '12:34:56.789+05:45' ],
	timestamp => [ 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31 23:59:59.999999', '2000-01-01' ],
	'timestamp(3)' => ['1999-12-31 23:59:59.9994'],
	timestamptz =>
	  [ 'infinity', '-infinity', '4713-01-02 00:00+00 BC', '294276-12-31 23:59+00', '2024-03-31 02:30+02' ],
	interval => [ '1 day -2 us', '-178000000 years', '10 mons -3 days +04:05:06.000007', '0' ],
	'interval hour to minute' => ['1 day 02:03'],
	json => [ '{"b" : 1, "a":[1,  "ü\u00e9"], "a": null}', '1e400', 'null' ],
	jsonb => [ '{"b" : 1.50, "a":[1,  "ü\u00e9"], "a": null}', '[]', '"x"', '-0.0', '1e400' ],
	inet => [ '::1', '10.1.2.3/8', '2001:db8::/32', '0.0.0.0/0' ],
	cidr => [ '10.0.0.0/8', '::/0' ],
	macaddr => ['08:00:2b:01:02:03'],
	'bit(5)' => [ '10101', '00000' ],
	'varbit(9)' => [ '', '101', '111111111' ],
);

my $sql = '';
my @binary = ('positive', 'moods', 'listed', 'small', 'empty', 'partly', 'viewed', 'generated', 'large');
for my $type (sort keys %values)
{
	(my $name = "t_$type") =~ s/\W+/_/g;
	my @literals = map { s/'/''/gr } @{ $values{$type} };
	my ($first, $last) = @literals[ 0, -1 ];
	$sql .= "CREATE TABLE $name (id serial, one $type, many ${type}[]);\n"
	  . "INSERT INTO $name (one, many) VALUES (NULL, NULL), (NULL, '{}');\n"
	  . join('',
		map { "INSERT INTO $name (one, many) SELECT v, ARRAY[v, NULL, v] FROM (SELECT '$_'::$type) AS s (v);\n" }
		  @literals)
	  . "INSERT INTO $name (many) VALUES (ARRAY[['$first'::$type, NULL], ['$last'::$type, '$first'::$type]]);\n"
	  . "INSERT INTO $name (many[-3:-2]) VALUES (ARRAY['$last'::$type, NULL]);\n";
	push @binary, $name;
}
$upstream->safe_psql('postgres', <<"END");
$sql
CREATE DOMAIN above AS int CHECK (VALUE > 0);
CREATE DOMAIN above_all AS above;
CREATE DOMAIN list AS int[];
CREATE TYPE mood AS ENUM ('sad', 'so so', 'glück');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE positive (a above);
INSERT INTO positive VALUES (1), (NULL);
ALTER DOMAIN above ADD CHECK (VALUE > 5) NOT VALID;
CREATE TABLE moods (a mood);
INSERT INTO moods VALUES ('sad'), ('glück'), ('so so'), (NULL);
ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad';
INSERT INTO moods VALUES ('first');
CREATE TABLE listed (a list);
INSERT INTO listed VALUES ('{1,NULL}'), ('[0:1]={1,2}'), ('{}');
CREATE TABLE small (a int);
INSERT INTO small SELECT generate_series(1, 3);
CREATE TABLE empty (a int PRIMARY KEY, b text);
CREATE TABLE partly (a int, "B c" text, d int[]);
ALTER TABLE partly DROP a;
INSERT INTO partly VALUES ('x', '{1}');
CREATE TABLE generated (a int, b pair GENERATED ALWAYS AS (ROW(a, 'x')::pair) STORED);
INSERT INTO generated VALUES (1);
CREATE TABLE large (id int PRIMARY KEY, t text, d timestamptz);
INSERT INTO large SELECT g, md5(g::text), '2000-01-01'::timestamptz + g * '1 s'::interval
	FROM generate_series(1, 30000) AS g;
DELETE FROM large WHERE id % 7 = 0;
CREATE MATERIALIZED VIEW viewed AS SELECT id, t FROM large WHERE id < 100;
-- These are copied as text.
CREATE TABLE ranged (a int, b int4range);
INSERT INTO ranged VALUES (1, '[1,5)');
CREATE TABLE composed (a pair);
INSERT INTO composed VALUES ('(1,"a b")');
CREATE TABLE moneyed (a money);
INSERT INTO moneyed VALUES (12.34);
CREATE TABLE named (a name, b regclass);
INSERT INTO named VALUES ('x', 'small');
CREATE TABLE shorts (a above[]);
INSERT INTO shorts VALUES ('{7,8}');
CREATE TABLE nested (a above_all);
INSERT INTO nested VALUES (7);
CREATE TABLE mood_list (a mood[]);
INSERT INTO mood_list VALUES ('{sad,glück}');
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
END

# Checks in which form the tables were copied since the log had that length.
sub forms_are
{
	my ($offset, $what, @tables) = @_;
	my $log = substr(slurp_file($upstream->logfile), $offset);
	my %binary = map { /FROM ONLY public\.(\w+)/ || /COPY public\.(\w+)/ ? ($1 => 1) : () }
	  grep { /TO STDOUT \(FORMAT binary\)/ } $log =~ /statement: (COPY .*)/g;
	is(join(' ', sort keys %binary), join(' ', sort @tables), $what);
	return;
}

my $offset = -s $upstream->logfile;
start_follow($downstream, $upstream, copy_data => 1);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'values of every type');
my @expected = $upstream_major == $downstream_major ? @binary : grep { !/^t_interval/ } @binary;
forms_are($offset, 'tables whose types have a fixed form are copied in it, and no others', @expected);
is($downstream->safe_psql('postgres', <<'END'), '0', 'no table was tried twice');
SELECT count(*) FROM follower.followed_table WHERE error IS NOT NULL OR attempts > 1
END
$downstream->safe_psql('postgres', 'SELECT drop_follow()');

# Where sessions here take their client's text in another encoding than that of the database, all is copied as text.
for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', 'CREATE DATABASE latin');
	$node->safe_psql('latin', 'CREATE EXTENSION pg_follower');
}
$downstream->safe_psql('postgres', 'ALTER DATABASE latin SET client_encoding = latin1');
$upstream->safe_psql('latin', "CREATE TABLE t (a text); INSERT INTO t VALUES ('Grüße, 世界')");
$offset = -s $upstream->logfile;
start_follow($downstream, $upstream, dbname => 'latin', copy_data => 1);
wait_for_follow($downstream, dbname => 'latin');
is( $downstream->safe_psql('latin', "SET client_encoding = utf8; SELECT a FROM t"),
	'Grüße, 世界', 'a database with an encoding of its own for clients');
forms_are($offset, 'it is copied as text');
$downstream->safe_psql('latin', 'SELECT drop_follow()');

done_testing();
