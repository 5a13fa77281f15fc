# Security labels follow on every kind of object that the server gives labels to, and reach a replay too. Debian's
# packages have no provider of labels, so the test builds one of its own (test/modules/pgf_label).
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use TestExtensions;

add_module('pgf_label');

# The downstream has one provider more, so a label whose provider is not named would be refused there.
my $upstream =
  pgf_node('upstream', preload => 1, config => "pg_follower.roles = all\nsession_preload_libraries = 'pgf_label'\n");
my $downstream = pgf_node('downstream', config => "session_preload_libraries = 'pgf_label'\npgf_label.second = on\n");
$upstream->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('replay', 'pg_follower')");
start_follow($downstream, $upstream);

my $labels = q{SELECT objtype, objnamespace::regnamespace, objname, provider, label FROM pg_seclabels
	WHERE objtype <> 'database' ORDER BY 1, 3, 4};
my $labels_of_database = q{SELECT provider, label FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass
	AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())};

sub same
{
	my ($what) = @_;
	wait_for_follow($downstream);
	for my $query ($labels, $labels_of_database)
	{
		is($downstream->safe_psql('postgres', $query), $upstream->safe_psql('postgres', $query), "$what: labels");
	}
	is_same($upstream, $downstream, $what);
	is($downstream->safe_psql('postgres', 'SELECT command, object, reason FROM follower.unsupported'),
		'', "$what: nothing failed");
	return;
}

my %objects = (
	'AGGREGATE s.agg(int)' => q{CREATE AGGREGATE s.agg(int) (SFUNC = int4pl, STYPE = int)},
	'COLUMN s."a table"."we""ird"' => q{CREATE TABLE s."a table" ("we""ird" int PRIMARY KEY)},
	'COLUMN s.v.x' => q{CREATE VIEW s.v AS SELECT 1 AS x},
	'COLUMN s.composite.y' => q{CREATE TYPE s.composite AS (y int)},
	'DOMAIN s.d' => q{CREATE DOMAIN s.d AS int},
	'EVENT TRIGGER et' =>
	  q{CREATE FUNCTION s.et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
		CREATE EVENT TRIGGER et ON sql_drop EXECUTE FUNCTION s.et()},
	'FOREIGN TABLE s.ft' =>
	  q{CREATE FOREIGN DATA WRAPPER w; CREATE SERVER sv FOREIGN DATA WRAPPER w;
		CREATE FOREIGN TABLE s.ft (a int) SERVER sv},
	'FUNCTION s.f(int, text)' => q{CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql RETURN 1},
	'LANGUAGE lang' => q{CREATE LANGUAGE lang HANDLER plpgsql_call_handler},
	'MATERIALIZED VIEW s.mv' => q{CREATE MATERIALIZED VIEW s.mv AS SELECT 1 AS x},
	'PROCEDURE s.p(int)' => q{CREATE PROCEDURE s.p(int) LANGUAGE sql AS ''},
	'PUBLICATION pub' => q{CREATE PUBLICATION pub},
	'ROLE labelled' => q{CREATE ROLE labelled},
	'ROUTINE s.r()' => q{CREATE PROCEDURE s.r() LANGUAGE sql AS ''},
	'SCHEMA s' => '',
	'SEQUENCE s.sq' => q{CREATE SEQUENCE s.sq},
	'SUBSCRIPTION sub' => q{CREATE SUBSCRIPTION sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)},
	'TABLE s."a table"' => '',
	'TYPE s.composite' => '',
	'TYPE s.e' => q{CREATE TYPE s.e AS ENUM ('a')},
	'VIEW s.v' => '',
	'DATABASE postgres' => '',
);
my @names = sort keys %objects;
$upstream->safe_psql('postgres', join(";\n", 'CREATE SCHEMA s', map { $objects{$_} } @names));
my $n = 0;
$upstream->safe_psql('postgres', join ";\n",
	map { sprintf "SECURITY LABEL ON %s IS 'label ''%d'' \\ of it'", $_, ++$n } @names);
is($upstream->safe_psql('postgres', "SELECT count(*) FROM pg_seclabels"), scalar @names, 'every object has its label');
same('labels on every kind of object');

# The text: the provider by name, whoever is loaded where it is read.
my $text = $upstream->safe_psql('postgres',
	"SELECT data FROM pg_logical_slot_get_changes('replay', NULL, NULL) WHERE data LIKE '%SECURITY LABEL%'");
like($text, qr/^SECURITY LABEL FOR pgf_label ON FUNCTION s\.f\(integer, text\) IS E'label ''\d+'' \\\\ of it';$/m,
	'the text');
like($text, qr/^SECURITY LABEL FOR pgf_label ON COLUMN s\."a table"\."we""ird" IS /m, 'the text for a column');
is(scalar(() = $text =~ /SECURITY LABEL FOR pgf_label ON/g), scalar @names, 'all texts name the provider');

# Other labels, by another search path and role; labels of what is renamed, moved and dropped; none again.
$upstream->safe_psql('postgres', q{
	SET search_path = s;
	SECURITY LABEL FOR pgf_label ON TABLE "a table" IS 'other';
	SECURITY LABEL FOR 'pgf_label' ON COLUMN "a table"."we""ird" IS '';
	ALTER TABLE "a table" RENAME TO renamed;
	SECURITY LABEL ON FUNCTION f(int, text) IS NULL;
	ALTER ROLE labelled RENAME TO labelled_anew;
	DROP VIEW v;
	DROP AGGREGATE agg(int);
	ALTER TYPE e SET SCHEMA public;
	CREATE SCHEMA labelled_anew AUTHORIZATION labelled_anew;
	SET ROLE labelled_anew;
	CREATE TABLE labelled_anew.t (a int PRIMARY KEY);
	SECURITY LABEL ON TABLE labelled_anew.t IS 'by its owner';
	RESET ROLE;
	SECURITY LABEL ON DATABASE postgres IS NULL;
	SECURITY LABEL ON EVENT TRIGGER et IS 'again'});
same('labels that change');

# Refused upstream, so nothing follows; a temporary table's label is its session's business; a large object's is told.
my ($status, $stdout, $stderr) = $upstream->psql('postgres', "SECURITY LABEL ON TABLE s.renamed IS 'refused'");
like($stderr, qr/label "refused" is refused/, 'a label may be refused');
$upstream->safe_psql('postgres', "CREATE TEMP TABLE tt (a int); SECURITY LABEL ON TABLE tt IS 'temporary'");
same('labels that do not follow');
($status, $stdout, $stderr) =
  $upstream->psql('postgres', "SELECT lo_create(4711); SECURITY LABEL ON LARGE OBJECT 4711 IS 'large'");
like(
	$stderr,
	qr/WARNING:  SECURITY LABEL of large object 4711 cannot be followed/,
	'the label of a large object is told'
);
$upstream->safe_psql('postgres', 'SELECT lo_unlink(4711)');

# A downstream without the provider goes on without its labels, and says which.
$downstream->append_conf('postgresql.conf', "session_preload_libraries = ''\n");
$downstream->restart;
$downstream->safe_psql('postgres', 'DELETE FROM follower.unsupported; SELECT resume_follow()');
$upstream->safe_psql('postgres',
	"SECURITY LABEL ON TABLE s.renamed IS 'unknown there'; CREATE TABLE s.after (a int PRIMARY KEY)");
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT to_regclass('s.after')"), 's.after', 'the follow goes on');
is($downstream->safe_psql('postgres', 'SELECT command, object, reason FROM follower.unsupported'),
	'SECURITY LABEL|table s.renamed|security label provider "pgf_label" is not loaded', 'and the label is listed');
done_testing();
