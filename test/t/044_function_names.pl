# Functions that name things without their schema, under the default settings: commands and rows call them downstream as
# they did upstream, and nobody who may create something gains by it. From version 17 on, the server itself finds only
# its own names while it makes an index or fills a materialized view: there, such functions are for rows alone.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

# Settings of the database follow where the library is preloaded.
my ($upstream, $downstream) = pgf_pair(preload => 1);

# Whether making an index, or filling a materialized view, finds no user's names.
my ($strict_upstream, $strict_downstream) = map { $_ >= 17 } $upstream_major, $downstream_major;

sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

# Both sides' rows of these tables, and their schemas. Without the functions' path nobody can read the tables.
sub is_alike
{
	my ($what, $path, @tables) = @_;
	wait_for_follow($downstream);
	# Between two versions schemas are compared through a restored dump, and no dump of these can be restored.
	is_same_schema($upstream, $downstream, $what) if $upstream_major == $downstream_major;
	for my $table (@tables)
	{
		my $rows = "SET search_path = $path; SELECT string_agg(r::text, chr(10) ORDER BY r::text) FROM $table AS r";
		is(down($rows), up($rows), "$what: rows of $table");
	}
	return;
}

for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', 'CREATE ROLE mallory; CREATE ROLE owner; CREATE ROLE writer');
}
my (undef, undef, $said) = $downstream->psql('postgres',
	'SELECT start_follow($$' . conninfo($upstream) . '$$, copy_data => false)');
is($said, '', 'start_follow has nothing to say about servers that have preloaded the library');

# ------------------------------------------------------------------------- functions in SQL that the server inlines
# All are VOLATILE by default, and may be used because their bodies are immutable.
up(q{
	CREATE TABLE event (id int PRIMARY KEY, d date, s text, v int);
	INSERT INTO event SELECT n, date '2024-01-01' + n, 's' || n, n FROM generate_series(1, 50) AS n;
	CREATE FUNCTION yr(d date) RETURNS int LANGUAGE sql AS 'SELECT extract(year FROM d)::int';
	CREATE FUNCTION part(s text) RETURNS text LANGUAGE sql STABLE AS 'SELECT substring(s from 1 for 3)';
	CREATE FUNCTION valid_from(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1 -- from now on';
	CREATE FUNCTION valid(int) RETURNS int LANGUAGE sql AS 'SELECT valid_from($1)';
	CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
	CREATE FUNCTION norm(text) RETURNS text LANGUAGE sql AS 'SELECT plain($1)';
	CREATE FUNCTION "Norm 2"(t text, VARIADIC x int[]) RETURNS text LANGUAGE sql AS 'SELECT norm(t)';
	CREATE INDEX ON event (yr(d));
	ALTER TABLE event ALTER s TYPE varchar(20), ADD CHECK (norm(s) <> ''), ADD u text DEFAULT norm('U');
	CREATE TABLE parted (s text, v int) PARTITION BY RANGE (part(s), norm(s));
	CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('a', 'a') TO ('m', 'a');
	CREATE TABLE parted_2 (v int, s text);
	ALTER TABLE parted ATTACH PARTITION parted_2 DEFAULT;
	INSERT INTO parted VALUES ('abc', 1), ('xyz', 2);
	INSERT INTO event VALUES (100, '2024-06-06', 'Späť', 7);
	UPDATE event SET v = v + 1;
});
is_alike('functions that are inlined', 'public', 'event', 'parted');

# Commands under the restricted path of newer versions: each is refused upstream, or stops the follow of an older
# upstream until the function has a path. Where neither server has it, they follow.
my @restricted = (
	'CREATE INDEX ON event (valid_from(v), valid(v)) WHERE yr(d) > 0', 'CREATE INDEX ON event ("Norm 2"(s, 1, 2))',
	'CREATE INDEX ON parted (valid(v))',
	q{CREATE MATERIALIZED VIEW pm AS SELECT norm('X') AS x, valid(1) AS v, yr(d) FROM event});
for my $command (@restricted)
{
	my ($status, undef, $err) = $upstream->psql('postgres', $command);
	if ($strict_upstream)
	{
		like($err, qr/ERROR:  function \w+\(\w+\) does not exist/, "a newer server refuses $command");
	}
	else
	{
		is($status, 0, $command);
	}
}
if ($strict_downstream && !$strict_upstream)
{
	my (undef, undef, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	like($err, qr/function valid_from\(integer\) does not exist/, 'a newer downstream cannot make the index');
	like($err, qr/HINT: .*ALTER FUNCTION \.\.\. SET search_path/, 'the hint says what to do');
	my $mend = 'ALTER FUNCTION valid(int) SET search_path = public; ALTER FUNCTION norm(text) SET search_path = public;
		ALTER FUNCTION "Norm 2"(text, int[]) SET search_path = public';
	down("$mend; SELECT resume_follow()");
	wait_for_follow($downstream);
	up($mend);
}
up(q{UPDATE event SET v = v + 1; INSERT INTO parted VALUES ('bcd', 3)});
up('REFRESH MATERIALIZED VIEW pm') if !$strict_upstream;
is_alike('what indexes and materialized views call', 'public', 'event', 'parted', $strict_upstream ? () : 'pm');
is(down(q{SELECT count(*) FROM event WHERE yr(d) = 2024 AND norm(s) = 'späť'}), '1', 'they find their rows');

# ----------------------------------------------------------------------------------------------- what rows call
up(q{
	CREATE SCHEMA ext;
	CREATE EXTENSION unaccent SCHEMA ext;
	CREATE SCHEMA app;
	SET search_path = app, ext, public;
	CREATE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent('unaccent', $1) $$;
	CREATE FUNCTION helper(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN upper($1); END $$;
	CREATE FUNCTION key(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN helper(f_unaccent($1)); END $$;
	CREATE FUNCTION uses_public(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN plain($1); END $$;
	CREATE DOMAIN keyed AS text CHECK (key(value) <> 'NO');
	CREATE TABLE word (id int PRIMARY KEY, w text CHECK (uses_public(w) <> 'no'), k keyed,
		g text GENERATED ALWAYS AS (f_unaccent(w)) STORED);
	CREATE INDEX ON word (key(w));
	ALTER TABLE word OWNER TO owner;
	GRANT USAGE ON SCHEMA app, ext TO owner;
});
# Inlined, so that newer servers refuse it.
up('SET search_path = app, ext, public; CREATE INDEX ON word (f_unaccent(w)) WHERE key(w) <> \'\'')
  if !$strict_downstream;
up(q{
	SET search_path = app, ext, public;
	INSERT INTO word SELECT n, 'Späť' || n, 'k' FROM generate_series(1, 30) AS n;
	UPDATE word SET w = 'É' || w WHERE id < 10;
	DELETE FROM word WHERE id = 30;
});
is_alike('functions that rows call', 'app, ext, public', 'word');
is(down(q{SET search_path = app, ext, public; SET enable_seqscan = off;
	SELECT count(*) FROM word WHERE f_unaccent(w) = 'Spat20' AND key(w) <> ''}), '1', 'and are found by it');

# The same name in two schemas: the path of the database, and then that of the table's owner, tells which is meant.
up(q{
	CREATE SCHEMA first;
	CREATE SCHEMA second;
	CREATE FUNCTION first.which() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'first' $$;
	CREATE FUNCTION second.which() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'second' $$;
	CREATE FUNCTION second.tell(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN which(); END $$;
	GRANT USAGE ON SCHEMA first, second TO owner;
	CREATE TABLE told (id int PRIMARY KEY, t text, CHECK (second.tell(t) = t));
	ALTER DATABASE postgres SET search_path = first, second, public;
});
up(q{INSERT INTO told VALUES (1, 'first')});
up(q{ALTER TABLE told OWNER TO owner; ALTER ROLE owner IN DATABASE postgres SET search_path = second});
up(q{SET search_path = second; INSERT INTO public.told VALUES (2, 'second')});
wait_for_follow($downstream);
is(down('SELECT string_agg(t, $$ $$ ORDER BY id) FROM told'), 'first second',
	'the path of the owner in this database holds');
up('ALTER ROLE owner IN DATABASE postgres RESET search_path; ALTER DATABASE postgres RESET search_path;
	DROP TABLE told');

# Bodies that hold no name of an object, but values and functions that do. The server could inline them.
up(q{
	CREATE TEXT SEARCH CONFIGURATION stemmed (COPY = english);
	CREATE TYPE kind AS ENUM ('a');
	CREATE FUNCTION vector(cfg text, t text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS
		'SELECT to_tsvector(cfg::regconfig, t)';
	CREATE FUNCTION is_table(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT to_regclass(t) IS NOT NULL';
	CREATE FUNCTION name_of(t regtype) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
	CREATE FUNCTION may_read(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
		$$ SELECT has_table_privilege(t, 'SELECT') $$;
	CREATE FUNCTION is_known(t text) RETURNS boolean IMMUTABLE RETURN t::regclass::oid > 0;
	CREATE TABLE named_by_value (id int PRIMARY KEY, cfg text, t text, ty regtype,
		v tsvector GENERATED ALWAYS AS (vector(cfg, t)) STORED,
		found boolean GENERATED ALWAYS AS (is_table(t)) STORED,
		ty_name text GENERATED ALWAYS AS (name_of(ty)) STORED);
	CREATE INDEX ON named_by_value (is_table(t)) WHERE may_read(t) AND is_known(t);
	INSERT INTO named_by_value VALUES (1, 'stemmed', 'event', 'kind'), (2, 'simple', 'parted', 'kind[]');
});
is_alike('names that are values', 'public, app', 'named_by_value');
is(down('SELECT found, ty_name FROM named_by_value WHERE id = 1'), 't|kind', '(they are found)');

# A function with the path that many have for safety, which is also the worker's: what it calls runs under it, too.
up(q{
	CREATE FUNCTION path_now() RETURNS text LANGUAGE plpgsql IMMUTABLE AS
		$$ BEGIN RETURN concat_ws('; ', current_setting('search_path'), to_regclass('event')); END $$;
	CREATE FUNCTION safe(int) RETURNS text LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
		SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN public.path_now(); END $$;
	CREATE TABLE safely (id int PRIMARY KEY, path text GENERATED ALWAYS AS (safe(id)) STORED);
	INSERT INTO safely VALUES (1);
});
is_alike('a path that a function chose', 'public', 'safely');
is(down('SELECT path FROM safely'), 'pg_catalog, pg_temp', '(which has no schema of a user)');

# ------------------------------------------------------------------------------------------ who may create in schemas
# An index function names secret(), which the session upstream has on its path. mallory has another secret() in a schema
# that might be looked at downstream, which fits better. If hers ran, it would tell as whom.
up(q{
	CREATE SCHEMA legit;
	CREATE FUNCTION legit.secret(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
	CREATE SCHEMA open;
	CREATE SCHEMA of_mallory AUTHORIZATION mallory;
	CREATE TABLE public.proof (who text);
	GRANT INSERT ON public.proof TO public;
	GRANT USAGE ON SCHEMA legit, open, of_mallory, ext TO public;
});
my $number = 0;
for my $case (
	# What is tried, where mallory's function is, where that of the index is, who owns the table, what it takes.
	[ 'a schema in which mallory may create something', 'open', 'open', 'postgres',
		'GRANT CREATE ON SCHEMA open TO mallory' ],
	[ 'a schema of hers', 'of_mallory', 'of_mallory', 'postgres' ],
	[ 'one in which everybody may create something', 'open', 'open', 'owner',
		'REVOKE CREATE ON SCHEMA open FROM mallory; GRANT CREATE ON SCHEMA open TO public' ],
	[ 'such a schema on the path of the database', 'open', 'public', 'postgres',
		'ALTER DATABASE postgres SET search_path = open, public' ],
	[ 'the schema that has the name of the owner', 'owner', 'public', 'owner',
		'CREATE SCHEMA owner AUTHORIZATION mallory; GRANT USAGE ON SCHEMA owner TO public' ],
	[ 'the schema of an extension', 'ext', 'public', 'owner',
		'ALTER SCHEMA owner RENAME TO not_of_owner; GRANT CREATE ON SCHEMA ext TO mallory' ],
	[ 'public, where the database is hers', 'public', 'public', 'postgres',
		'ALTER DATABASE postgres OWNER TO mallory' ])
{
	my ($what, $planted, $schema, $owner, $before) = @$case;
	++$number;
	my ($table, $function) = ("attack_$number", "$schema.index_of_$number");
	up($before) if $before;
	up(qq{
		SET search_path = legit;
		CREATE FUNCTION $function(varchar) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
			\$\$ BEGIN RETURN secret(\$1); END \$\$;
		CREATE TABLE public.$table (id int PRIMARY KEY, v varchar);
		CREATE INDEX attack ON public.$table ($function(v));
		ALTER TABLE public.$table OWNER TO $owner;
		GRANT USAGE ON SCHEMA $schema TO $owner;
	});
	up(qq{
		SET ROLE mallory;
		CREATE FUNCTION $planted.secret(varchar) RETURNS text LANGUAGE plpgsql AS
			\$\$ BEGIN INSERT INTO public.proof VALUES (current_user); RETURN \$1; END \$\$;
	});
	up("SET search_path = legit; INSERT INTO public.$table VALUES (1, 'A')");
	my (undef, undef, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	like($err, qr/function secret\(character varying\) does not exist/, "$what is not looked at");
	is(down('SELECT count(*) FROM proof'), '0', "$what: nothing of mallory's ran");
	like($err, qr/HINT: .*ALTER FUNCTION \.\.\. SET search_path.* pg_follower\.function_search_path/,
		"$what: the hint says what to do");
	down("ALTER FUNCTION $function(varchar) SET search_path = legit; SELECT resume_follow()");
	wait_for_follow($downstream);
	is(down("SELECT v FROM public.$table"), 'A', 'and that helps');
	up("DROP TABLE public.$table; DROP FUNCTION $function(varchar), $planted.secret(varchar);
		ALTER DATABASE postgres OWNER TO postgres; ALTER DATABASE postgres RESET search_path");
}

# The server's own objects come before those of the path: a table's owner cannot change what a function of another role
# means by lower().
up(q{
	CREATE SCHEMA AUTHORIZATION owner;
	CREATE FUNCTION app.plain_word(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN lower($1); END $$;
	CREATE TABLE owner.lowered (id int PRIMARY KEY, v text CHECK (app.plain_word(v) = 'a'));
	ALTER TABLE owner.lowered OWNER TO owner;
	CREATE FUNCTION owner.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'another' $$;
	INSERT INTO owner.lowered VALUES (1, 'A');
});
wait_for_follow($downstream);
is(down('SELECT v FROM owner.lowered'), 'A', q{the server's own functions are found first});

# Who may create something gains nothing if it is the owner of the table, or of the function.
up(q{
	GRANT CREATE, USAGE ON SCHEMA app TO owner, mallory;
	SET search_path = app;
	CREATE FUNCTION bare(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN upper($1); END $$;
	CREATE FUNCTION index_of(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN bare($1); END $$;
	ALTER FUNCTION index_of(text) OWNER TO mallory;
	CREATE TABLE of_two (id int PRIMARY KEY, v text);
	CREATE INDEX ON of_two (index_of(v));
	ALTER TABLE of_two OWNER TO owner;
	INSERT INTO of_two VALUES (1, 'a');
});
wait_for_follow($downstream);
is(down('SELECT v FROM app.of_two'), 'a',
	'a schema in which only the owners of the table and the function may create is trusted');

# The setting names what the administrator trusts.
$downstream->append_conf('postgresql.conf', "pg_follower.function_search_path = 'legit'\n");
$downstream->reload;
wait_until($downstream, q{SELECT setting = 'legit' FROM pg_settings WHERE name = 'pg_follower.function_search_path'});
up(q{
	SET search_path = legit;
	CREATE FUNCTION public.index_of(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN secret($1); END $$;
	CREATE TABLE public.named (id int PRIMARY KEY, v text);
	CREATE INDEX ON public.named (public.index_of(v));
	INSERT INTO public.named VALUES (1, 'x');
});
wait_for_follow($downstream);
is(down('SELECT v FROM named'), 'x', 'a path that the setting gives');
is(down(q{SELECT count(*) FROM pg_settings WHERE name = 'pg_follower.function_paths'}), '0',
	'what the worker tells itself is no setting for users');

$upstream->stop;
$downstream->stop;
done_testing();
