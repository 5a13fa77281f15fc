# What functions in SQL name in schemas in which everybody may create something, as in databases that were made before
# version 15. Under the default settings they find it, for rows, as long as it belongs to somebody who is trusted; and
# mallory, who may create what she likes where it is looked for, gets nothing of hers to run as the table's owner.
use strict;
use warnings;
use feature "state";

use IPC::Run;
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);

sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }
sub as_mallory { return down("SET SESSION AUTHORIZATION mallory;\n$_[0]") }

# Why the follow fails at the next row; and nothing of mallory's may have run.
sub fails
{
	my ($reason, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my (undef, undef, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	like($err, $reason, "$what stops the follow");
	is(down('SELECT count(*) FROM proof'), '0', "$what: nothing of mallory's ran");
	return;
}

# What the administrator trusts.
sub set_path
{
	my ($path) = @_;
	down("ALTER SYSTEM SET pg_follower.function_search_path = $path");
	$downstream->reload;
	return wait_until($downstream,
		"SELECT setting = $path FROM pg_settings WHERE name = 'pg_follower.function_search_path'");
}

for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', q{
		CREATE ROLE mallory;
		CREATE ROLE owner;
		GRANT CREATE ON SCHEMA public TO public;
	});
}
start_follow($downstream, $upstream, copy_data => 0);

# What functions name, each in public and of a superuser, before which mallory may have something on this server.
up(q{
	CREATE EXTENSION unaccent;
	CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
	CREATE FUNCTION checked() RETURNS void LANGUAGE sql AS 'ANALYZE pg_am';
	CREATE FUNCTION joined(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';
	CREATE OPERATOR &&& (FUNCTION = joined, LEFTARG = text, RIGHTARG = text);
	CREATE DOMAIN word AS text;
	CREATE TYPE kind AS ENUM ('a', 'b');
	CREATE COLLATION plainly FROM "C";
	CREATE TABLE lookup (v text);
	INSERT INTO lookup VALUES ('found');
});
wait_for_follow($downstream);
down(q{
	CREATE TABLE proof (who text);
	GRANT INSERT ON proof TO public;
	CREATE SCHEMA early AUTHORIZATION mallory;
	GRANT USAGE ON SCHEMA early TO public;
	ALTER DATABASE postgres SET search_path = early, public;
});
as_mallory(q{
	CREATE FUNCTION early.note() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.proof VALUES (current_user);
		RETURN 'noted';
	END $$;
});

# ------------------------------------------------------------------------------------- attacks, each with what works
# A function calls what stands in public; mallory makes what is meant instead from then on, if it counts.
my $number = 0;
for my $case (
	[ 'a better overload', 'plain($1)',
		'CREATE FUNCTION public.plain(varchar) RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$',
		'DROP FUNCTION public.plain(varchar)' ],
	[ 'a function earlier in the path', 'plain($1::text)',
		'CREATE FUNCTION early.plain(text) RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$',
		'DROP FUNCTION early.plain(text)' ],
	[ 'a function in FROM', '$1 FROM checked()',
		'CREATE FUNCTION early.checked() RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$',
		'DROP FUNCTION early.checked()' ],
	[ 'an operator', q{$1 &&& 'x'::varchar},
		q{CREATE FUNCTION early.joined(varchar, varchar) RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$;
		CREATE OPERATOR public.&&& (FUNCTION = early.joined, LEFTARG = varchar, RIGHTARG = varchar)},
		'DROP OPERATOR public.&&& (varchar, varchar); DROP FUNCTION early.joined' ],
	[ 'a type', '$1::word::text',
		'CREATE DOMAIN early.word AS text CHECK (early.note() IS NOT NULL)', 'DROP DOMAIN early.word' ],
	[ 'a type as a function', 'plain($1::varchar(10))',
		'CREATE DOMAIN early.plain AS text CHECK (early.note() IS NOT NULL)', 'DROP DOMAIN early.plain' ],
	[ 'a table', 'v FROM lookup WHERE $1 IS NOT NULL',
		'CREATE VIEW early.lookup AS SELECT early.note() AS v', 'DROP VIEW early.lookup' ],
	[ 'a dictionary', q{regexp_replace(unaccent('unaccent', $1), '[^a-zA-Z0-9]+', '-', 'g')},
		q{CREATE FUNCTION early.unaccent(unknown text, varchar) RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$},
		'DROP FUNCTION early.unaccent' ])
{
	my ($what, $body, $plant, $remove) = @$case;
	++$number;
	my ($table, $function) = ("attack_$number", "index_$number");
	# The owners of the table and of the function are told apart in every second case.
	my $owner = $number % 2 ? 'postgres' : 'owner';
	up("
		CREATE FUNCTION $function(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS \$\$ SELECT $body \$\$;
		CREATE TABLE $table (id int PRIMARY KEY, v varchar CHECK ($function(v) IS NOT NULL));
		ALTER TABLE $table OWNER TO $owner;
		GRANT SELECT ON lookup TO owner;
		INSERT INTO $table VALUES (1, 'A');
	");
	wait_for_follow($downstream);
	is(down("SELECT v FROM $table"), 'A', "$what: the function finds what it names");
	as_mallory($plant);
	up("INSERT INTO $table VALUES (2, 'B')");
	fails(qr/does not exist/, $what);
	# What would run if anybody's objects counted: else this shows nothing.
	set_path(q{'early, public'});
	down('SELECT resume_follow()');
	wait_for_follow($downstream);
	is(down('SELECT DISTINCT who FROM proof'), $owner, "$what is an attack");
	down("DELETE FROM proof; $remove");
	set_path(q{''});
	up("INSERT INTO $table VALUES (3, 'C')");
	wait_for_follow($downstream);
	is(down("SELECT count(*) FROM $table"), '3', "$what: once it is gone, rows follow again");
}

# ------------------------------------------------------------------------------------------------------- who is trusted
up(q{
	SET ROLE owner;
	CREATE FUNCTION of_owner(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
	CREATE FUNCTION uses_owner(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT of_owner($1) COLLATE plainly';
	CREATE FUNCTION uses_kind(text) RETURNS kind LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN of_owner($1) = $$A$$
		THEN $$a$$::kind ELSE ($1)::kind END';
	CREATE TABLE trusts (id int PRIMARY KEY, v text CHECK (uses_owner(v) <> ''),
		g kind GENERATED ALWAYS AS (uses_kind(v)) STORED);
	INSERT INTO trusts VALUES (1, 'a'), (2, 'b');
});
wait_for_follow($downstream);
is(down('SELECT string_agg(g::text, $$,$$ ORDER BY id) FROM trusts'),
	'a,b', q{what belongs to the table's owner is found});
# The function's owner is another one, whose code runs as the table's owner.
up(q{
	CREATE TABLE trusts_author (id int PRIMARY KEY, v text CHECK (uses_owner(v) = upper(v)));
	INSERT INTO trusts_author VALUES (1, 'a');
});
wait_for_follow($downstream);
is(down('SELECT v FROM trusts_author'), 'a', q{so is what belongs to the function's owner});

# ----------------------------------------------------------------------------------------------- what is not pinned
# Nothing stands before what these name, but it could come while they run, where nobody looks: so they do not find it.
up(q{
	CREATE FUNCTION has_rows(regclass) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 IS NOT NULL';
	CREATE FUNCTION bare() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN plain('X'); END $$;
	CREATE FUNCTION bare_set() RETURNS text LANGUAGE plpgsql IMMUTABLE SET work_mem = '1MB' AS
		$$ BEGIN RETURN plain('X'); END $$;
});
for my $case (
	[ 'a procedural language', q{LANGUAGE plpgsql AS $$ BEGIN RETURN plain($1) = 'a'; END $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a pinned function that calls one in such a language', q{LANGUAGE sql AS $$ SELECT plain($1) = bare() $$},
		qr/function plain\(unknown\) does not exist/ ],
	[ 'one that calls one with another setting', q{LANGUAGE sql AS $$ SELECT plain($1) = bare_set() $$},
		qr/function plain\(unknown\) does not exist/ ],
	[ 'two queries', q{LANGUAGE sql AS $$ SELECT 1; SELECT plain($1) = 'a' $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a value that may be an array', q{LANGUAGE sql AS $$ SELECT plain($1) <> ' {a}' $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a value that may be a range', q{LANGUAGE sql AS $$ SELECT plain($1) <> '[a,b) ' $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a value that may be a row', q{LANGUAGE sql AS $$ SELECT plain($1) <> '(a' $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a query as text',
		q{LANGUAGE sql AS $$ SELECT plain($1) IS NOT NULL OR query_to_xml($1, true, true, '') IS NULL $$},
		qr/function plain\(character varying\) does not exist/ ],
	[ 'a name as a value', q{LANGUAGE sql AS $$ SELECT has_rows($1::text) $$},
		qr/function public\.cannot_9 may not use function regclass\(text\) where a row calls it/ ])
{
	my ($what, $definition, $reason) = @$case;
	state $count = 0;
	++$count;
	up("
		CREATE FUNCTION cannot_$count(varchar) RETURNS boolean IMMUTABLE $definition;
		CREATE TABLE not_pinned (id int PRIMARY KEY, v varchar);
		ALTER TABLE not_pinned ADD CHECK (cannot_$count(v) IS NOT NULL) NOT VALID;
		INSERT INTO not_pinned VALUES (1, 'lookup');
	");
	fails($reason, $what);
	down("ALTER FUNCTION cannot_$count(varchar) SET search_path = public;
		ALTER FUNCTION bare() SET search_path = public; ALTER FUNCTION bare_set() SET search_path = public;
		SELECT resume_follow()");
	wait_for_follow($downstream);
	up('DROP TABLE not_pinned');
	wait_for_follow($downstream);
	down('ALTER FUNCTION bare() RESET search_path; ALTER FUNCTION bare_set() RESET search_path');
}

# ---------------------------------------------------------------------------------------------------------- the race
# mallory makes and removes a better overload as fast as she can, while rows come. Whenever the function runs, it finds
# one or the other in the catalogs.
up(q{
	CREATE FUNCTION raced(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT plain($1)';
	CREATE TABLE race (id int PRIMARY KEY, v varchar CHECK (raced(v) IS NOT NULL));
});
my $loop = q{
	DO $do$
	BEGIN
		LOOP
			EXECUTE 'CREATE FUNCTION public.plain(varchar) RETURNS text LANGUAGE sql AS $$ SELECT early.note() $$';
			COMMIT;
			EXECUTE 'DROP FUNCTION public.plain(varchar)';
			COMMIT;
		END LOOP;
	END $do$;
};
my $log = '';
my $mallory = IPC::Run::start(
	[
		'psql', '-X', '-d', $downstream->connstr('postgres'),
		'-c', 'SET SESSION AUTHORIZATION mallory', '-c', $loop
	], '<', \undef, '>&', \$log);
wait_until($downstream, q{SELECT count(*) > 0 FROM pg_stat_activity WHERE query ~ '^\s*DO'});
my $stops = 0;
for my $id (1 .. 60)
{
	up("INSERT INTO race SELECT $id * 10 + n, 'v' FROM generate_series(1, 3) AS n");
	next if $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')") == 0;
	++$stops;
	down('SELECT resume_follow()');
}
down(q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query ~ '^\s*DO'});
$mallory->finish;
like($log, qr/canceling statement due to user request/, 'mallory raced all the time');
cmp_ok($stops, '>', 0, 'the follow stopped at functions of hers');
down('DROP FUNCTION IF EXISTS public.plain(varchar)');
down(q{SELECT resume_follow() FROM follow_status WHERE state = 'failed'});
wait_for_follow($downstream);
is(down('SELECT count(*) FROM race'), '180', 'all rows came while mallory raced');
is(down('SELECT count(*) FROM proof'), '0', 'nothing of hers ran');

$upstream->stop;
$downstream->stop;
done_testing();
