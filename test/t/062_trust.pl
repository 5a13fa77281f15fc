# What the owner of tables upstream can do to gain something downstream: nothing. The owner, mallory, is an ordinary
# role on both sides. Her function gain() does nothing upstream; downstream it notes as whom it runs, and tries what it
# can to become somebody else, or to leave behind what would run as somebody else later.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream');
my $downstream = pgf_node('downstream', config => "pg_follower.restart_interval = 1\n");
my $superuser = q{(SELECT rolname FROM pg_roles WHERE oid = 10)};

sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }
sub as_mallory { return up("SET SESSION AUTHORIZATION mallory;\n$_[0]") }

# Whom code of mallory's ran as, besides herself; and whether she is still no more than she was.
sub gained_nothing
{
	my ($what) = @_;
	wait_for_follow($downstream);
	is(down(q{SELECT DISTINCT who, how, command FROM mallory.proof WHERE who <> 'mallory'}), '',
		"$what: all code ran as its owner");
	is(down(q{SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
		OR EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid) FROM pg_roles AS r WHERE rolname = 'mallory'}),
		'f', "$what: mallory is who she was");
	return;
}

# Whether downstream code of that attack ran at all: a test whose attack never runs shows nothing.
sub ran
{
	my ($how) = @_;
	return is(down("SELECT count(*) > 0 FROM mallory.proof WHERE how = '$how' AND command = 'ran'"), 't', "$how runs");
}

for my $node ($upstream, $downstream)
{
	$node->safe_psql('postgres', q{
		CREATE ROLE mallory LOGIN;
		CREATE ROLE victim SUPERUSER;
		CREATE ROLE reader LOGIN IN ROLE pg_read_all_data, pg_write_all_data;
	});
}
start_follow($downstream, $upstream, copy_data => 0);

up(q{
	CREATE SCHEMA mallory AUTHORIZATION mallory;
	CREATE TABLE public.of_superuser (id int PRIMARY KEY, v text);
	GRANT CREATE ON SCHEMA public TO mallory;
});
as_mallory(q{
	CREATE TABLE mallory.proof (how text, who text, command text);
	CREATE TABLE mallory.deferred (id int PRIMARY KEY);
	CREATE FUNCTION mallory.gain(how text) RETURNS int LANGUAGE plpgsql AS $$
	DECLARE
		command text;
	BEGIN
		IF current_setting('cluster_name') <> 'downstream' THEN
			RETURN 1;
		END IF;
		INSERT INTO mallory.proof VALUES (how, current_user, 'ran');
		FOREACH command IN ARRAY ARRAY[
			'RESET ROLE', 'SET ROLE NONE', 'SET LOCAL ROLE NONE', 'SET ROLE victim', 'RESET SESSION AUTHORIZATION',
			'SET SESSION AUTHORIZATION DEFAULT', 'SET SESSION AUTHORIZATION victim', 'DISCARD ALL',
			$q$SELECT set_config('role', 'none', false)$q$,
			$q$SELECT set_config('session_authorization', 'victim', false)$q$,
			'ALTER ROLE mallory SUPERUSER', 'ALTER ROLE CURRENT_USER SUPERUSER', 'ALTER ROLE SESSION_USER NOLOGIN',
			'GRANT victim TO mallory', 'CREATE ROLE accomplice SUPERUSER', 'SET session_replication_role = origin',
			'ALTER SYSTEM SET work_mem = 64', 'COPY mallory.proof TO PROGRAM ''true''', 'LOAD ''pg_follower''',
			'CREATE TEMP TABLE text (i int)',
			'CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (mallory.gain(''temp'') > 0)',
			'PREPARE stay AS SELECT mallory.gain(''prepared'')', 'LISTEN stay',
			'DECLARE stay CURSOR WITH HOLD FOR SELECT mallory.gain(''cursor'')',
			'INSERT INTO mallory.deferred SELECT coalesce(max(id), 0) + 1 FROM mallory.deferred',
			'SELECT * FROM follower.message_key', 'UPDATE follower.follow SET conninfo = ''host=nowhere''',
			'SELECT start_follow(''host=nowhere'')', 'SELECT stop_follow()', 'SELECT drop_follow()',
			'INSERT INTO public.of_superuser VALUES (666, ''mallory'')',
			'ALTER TABLE public.of_superuser OWNER TO mallory',
			'CREATE EVENT TRIGGER stay ON ddl_command_end EXECUTE FUNCTION follower.ddl_command_end()',
			'RESET ALL', 'SET search_path = mallory, pg_catalog',
			'SET DateStyle = ''SQL, DMY''', 'SET TimeZone = ''Asia/Tokyo''',
			'SET row_security = off', 'SET default_transaction_read_only = on', 'SET IntervalStyle = ''sql_standard''',
			'SET CONSTRAINTS ALL DEFERRED', 'SET standard_conforming_strings = off', 'SET xmloption = document']
		LOOP
			BEGIN
				EXECUTE command;
				INSERT INTO mallory.proof VALUES (how, current_user, command);
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
		END LOOP;
		RETURN 1;
	END $$;
	CREATE FUNCTION mallory.lying(how text) RETURNS int IMMUTABLE LANGUAGE plpgsql
		AS 'BEGIN RETURN mallory.gain(how); END';
	-- Version 18 does not bear subtransactions, which gain() has, where it plans the check of a domain
	-- (lookup_type_cache).
	CREATE FUNCTION mallory.tell(how text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
		IF current_setting('cluster_name') = 'downstream' THEN
			INSERT INTO mallory.proof VALUES (how, current_user, 'ran');
		END IF;
		RETURN 1;
	END $$;
	CREATE FUNCTION mallory.telling(how text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
		RETURN CASE WHEN current_setting('server_version_num')::int < 180000 THEN mallory.gain(how)
			ELSE mallory.tell(how) END;
	END $$;
	CREATE FUNCTION mallory.defined(how text) RETURNS int SECURITY DEFINER IMMUTABLE LANGUAGE plpgsql
		SET search_path = mallory, pg_temp AS 'BEGIN RETURN mallory.gain(how); END';
	CREATE FUNCTION mallory.fired() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN PERFORM mallory.gain(TG_NAME); RETURN NEW; END';
	CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON mallory.deferred DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION mallory.fired();
	ALTER TABLE mallory.deferred ENABLE ALWAYS TRIGGER deferred;
	CREATE DOMAIN mallory.text AS pg_catalog.text CHECK (mallory.lying('domain named text') > 0);
	CREATE FUNCTION mallory.lower(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql IMMUTABLE AS
		'SELECT mallory.lying(''function named lower'')::pg_catalog.text';
});
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------------- rows

as_mallory(q{
	CREATE TABLE mallory.fires (id int PRIMARY KEY, v text);
	CREATE TRIGGER always BEFORE INSERT OR UPDATE ON mallory.fires FOR EACH ROW EXECUTE FUNCTION mallory.fired();
	CREATE TRIGGER always_statement AFTER INSERT ON mallory.fires EXECUTE FUNCTION mallory.fired();
	CREATE TRIGGER on_truncate BEFORE TRUNCATE ON mallory.fires EXECUTE FUNCTION mallory.fired();
	ALTER TABLE mallory.fires ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER always_statement,
		ENABLE ALWAYS TRIGGER on_truncate;
	CREATE TABLE mallory.updated (id int PRIMARY KEY, v text);
	CREATE TRIGGER on_replica AFTER UPDATE ON mallory.updated FOR EACH ROW EXECUTE FUNCTION mallory.fired();
	CREATE TABLE mallory.ruled (id int PRIMARY KEY);
	CREATE RULE also AS ON INSERT TO mallory.ruled DO ALSO SELECT mallory.gain('rule');
});
wait_for_follow($downstream);
# What fires for replicas upstream does not fire for the rows that follow, so she enables it downstream, too. (RESET ALL
# in a trigger ends the role of a replica until the statement ends, and ENABLE REPLICA with it.)
down(q{
	SET SESSION AUTHORIZATION mallory;
	ALTER TABLE mallory.fires ENABLE REPLICA TRIGGER always, ENABLE ALWAYS TRIGGER always_statement,
		ENABLE REPLICA TRIGGER on_truncate;
	ALTER TABLE mallory.updated ENABLE REPLICA TRIGGER on_replica;
	ALTER TABLE mallory.ruled ENABLE REPLICA RULE also;
});
as_mallory(q{
	INSERT INTO mallory.fires VALUES (1, 'one'), (2, 'two');
	UPDATE mallory.fires SET v = 'zwei' WHERE id = 2;
	TRUNCATE mallory.fires;
	INSERT INTO mallory.fires VALUES (1, 'one'), (2, 'two');

	INSERT INTO mallory.updated VALUES (1, 'one');
	UPDATE mallory.updated SET v = 'eins';
	INSERT INTO mallory.ruled VALUES (1);

	CREATE TABLE mallory.checked (id int PRIMARY KEY, v text, CHECK (mallory.lying('check' || left(v, 0)) > 0),
		g int GENERATED ALWAYS AS (mallory.defined('generated' || left(v, 0))) STORED);
	CREATE INDEX ON mallory.checked ((mallory.lying('index' || left(v, 0))));
	CREATE INDEX ON mallory.checked (id) WHERE mallory.lying('predicate' || left(v, 0)) > 0;
	INSERT INTO mallory.checked VALUES (1, 'one');
	UPDATE mallory.checked SET v = 'eins';

	CREATE DOMAIN mallory.word AS pg_catalog.text CHECK (mallory.lying('domain' || left(VALUE, 0)) > 0);
	CREATE TYPE mallory.pair AS (a mallory.word, b int);
	CREATE TYPE mallory.span AS RANGE (subtype = mallory.word);
	CREATE TABLE mallory.typed (a mallory.word, b mallory.word[], c mallory.pair, d mallory.span, e mallory.pair[]);
	ALTER TABLE mallory.typed REPLICA IDENTITY FULL;
	INSERT INTO mallory.typed VALUES ('x', '{x,y}', '(x,1)', '[a,b]', '{"(x,1)"}');
	UPDATE mallory.typed SET a = 'z';
	DELETE FROM mallory.typed;

	CREATE TABLE mallory.parted (id int, v text) PARTITION BY LIST ((mallory.lying('partition' || left(v, 0))));
	CREATE TABLE mallory.part PARTITION OF mallory.parted FOR VALUES IN (1);
	INSERT INTO mallory.parted VALUES (1, 'one');

	CREATE TABLE mallory.secured (id int PRIMARY KEY);
	CREATE POLICY p ON mallory.secured USING (mallory.gain('policy') > 0);
	ALTER TABLE mallory.secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	INSERT INTO mallory.secured VALUES (1), (2);
	DELETE FROM mallory.secured WHERE id = 1;
});
gained_nothing('rows');
ran($_) for qw(always always_statement on_replica on_truncate rule check generated index predicate domain);
down(q{
	SET SESSION AUTHORIZATION mallory;
	ALTER TABLE mallory.fires ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER always_statement,
		ENABLE ALWAYS TRIGGER on_truncate;
	ALTER TABLE mallory.updated ENABLE TRIGGER on_replica;
	ALTER TABLE mallory.ruled ENABLE RULE also;
});

# The worker may write to a table whatever privileges its owner has kept, but reads no other table for her: neither in a
# function that the planner calls, nor in a rule.
up(q{
	CREATE TABLE public.secret (v text);
	INSERT INTO public.secret VALUES ('gold');
});
as_mallory(q{
	CREATE FUNCTION mallory.took(v pg_catalog.text) RETURNS int LANGUAGE plpgsql AS
		$$BEGIN INSERT INTO mallory.proof VALUES ('took', v, 'secret'); RETURN 1; END$$;
	CREATE FUNCTION mallory.at_planning(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM mallory.took(v) FROM public.secret;
		RETURN 1;
	EXCEPTION WHEN insufficient_privilege THEN
		PERFORM mallory.gain('denied at planning');
		RETURN 1;
	END $$;
	CREATE TABLE mallory.planned (id int PRIMARY KEY, v pg_catalog.text);
	CREATE INDEX ON mallory.planned ((mallory.at_planning(1) + id));
	INSERT INTO mallory.planned VALUES (1, 'one');
	UPDATE mallory.planned SET v = 'eins';

	CREATE TABLE mallory.rule_reads (id int PRIMARY KEY, v pg_catalog.text);
	CREATE TABLE mallory.loot (v pg_catalog.text);
	CREATE RULE loot AS ON UPDATE TO mallory.rule_reads DO ALSO INSERT INTO mallory.loot SELECT v FROM public.secret;
	ALTER TABLE mallory.rule_reads DISABLE RULE loot;
	INSERT INTO mallory.rule_reads VALUES (1, 'one');
});
gained_nothing('functions of the planner');
ran('denied at planning');
# Queries of the test itself, which run as a superuser, would call it, too.
as_mallory('DROP TABLE mallory.planned');
down('SET SESSION AUTHORIZATION mallory; ALTER TABLE mallory.rule_reads ENABLE REPLICA RULE loot');
as_mallory(q{UPDATE mallory.rule_reads SET v = 'eins'});
wait_until($downstream, q{SELECT state = 'failed' FROM follow_status});
like(down('SELECT last_error FROM follow_status'), qr/permission denied for table secret/, 'a rule is checked as ever');
down('ALTER TABLE mallory.rule_reads DISABLE RULE loot; SELECT resume_follow()');
wait_for_follow($downstream);
is(down('SELECT count(*) FROM mallory.loot'), '0', 'and takes nothing');

# Nothing that mallory's code set lasts: neither for rows nor for commands of others.
up(q{
	CREATE TABLE public.after (id int PRIMARY KEY, v text, d date DEFAULT '2024-02-01',
		t timestamptz DEFAULT '2024-02-01 00:00+00',
		i interval DEFAULT '1 day 02:00', l text GENERATED ALWAYS AS (lower(v)) STORED);
	CREATE VIEW public.after_view AS SELECT id, lower(v) AS v, d + 1 AS d FROM public.after;
	INSERT INTO public.after VALUES (1, E'back\\slash');
});
wait_for_follow($downstream);
is_same_but_proof('settings of code');

# ----------------------------------------------------------------------------------------------------------- commands

as_mallory(q{
	CREATE TABLE mallory.altered (id int PRIMARY KEY, v text);
	INSERT INTO mallory.altered VALUES (1, '1');
	ALTER TABLE mallory.altered ADD c int DEFAULT mallory.lying('default');
	ALTER TABLE mallory.altered ADD g int GENERATED ALWAYS AS (mallory.lying('added generated')) STORED;
	ALTER TABLE mallory.altered ALTER v TYPE int USING mallory.lying('using' || left(v, 0));
	ALTER TABLE mallory.altered ADD CHECK (mallory.lying('added check') > 0);
	ALTER TABLE mallory.altered ADD CHECK (mallory.defined('validated check') > 0) NOT VALID;
	ALTER TABLE mallory.altered VALIDATE CONSTRAINT altered_check1;
	CREATE INDEX ON mallory.altered ((mallory.lying('built index' || left(v::pg_catalog.text, 0))));
	CREATE TABLE mallory.worded (w pg_catalog.text);
	CREATE DOMAIN mallory.later AS pg_catalog.text;
	ALTER TABLE mallory.worded ADD l mallory.later;
	INSERT INTO mallory.worded VALUES ('a', 'b');
	ALTER DOMAIN mallory.later ADD CONSTRAINT c CHECK (mallory.lying('altered domain') > 0);
	CREATE MATERIALIZED VIEW mallory.stored AS SELECT mallory.gain('materialized view') AS g;
	REFRESH MATERIALIZED VIEW mallory.stored;
	CREATE FUNCTION mallory.configured() RETURNS int IMMUTABLE LANGUAGE plpgsql SET row_security = on AS
		'BEGIN RETURN mallory.gain(''configured''); END';
	ALTER TABLE mallory.altered ADD k int DEFAULT mallory.configured();

	CREATE DOMAIN mallory.in_default AS int CHECK (mallory.telling('constant of a default') > 0);
	CREATE TYPE mallory.with_check AS (a mallory.in_default);
	CREATE FUNCTION mallory.of_role(p mallory.with_check DEFAULT '(1)') RETURNS int LANGUAGE sql
		SET work_mem = '1MB' SET role TO 'mallory' SET search_path = mallory, pg_temp AS 'SELECT 1';
	CREATE FUNCTION mallory.also_of_role() RETURNS mallory.with_check LANGUAGE sql SET role TO 'mallory'
		BEGIN ATOMIC SELECT '(2)'::mallory.with_check; END;
	ALTER FUNCTION mallory.also_of_role() SET role TO 'none';
});
gained_nothing('commands');
ran($_)
  for 'default', 'added generated', 'using', 'added check', 'validated check', 'built index', 'altered domain',
  'constant of a default';
up(q{
	CREATE TABLE public.after_commands (id int PRIMARY KEY, v text, l text GENERATED ALWAYS AS (lower(v)) STORED);
	INSERT INTO public.after_commands VALUES (1, 'v');
	ALTER TABLE public.after_commands ADD n text DEFAULT upper('def');
});
wait_for_follow($downstream);
is(down(q{SELECT DISTINCT typnamespace::regnamespace FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid
	WHERE attrelid IN ('after'::regclass, 'after_commands'::regclass)}), 'pg_catalog', 'a built-in type stays one');
is_same_but_proof('commands of others');
# Version 15 makes types in pg_temp even here; the worker's search_path keeps them from standing before others.
is(down(q{SELECT DISTINCT command FROM mallory.proof
		WHERE command <> 'ran' AND command !~ '^((RE)?SET |CREATE DOMAIN pg_temp)'}),
	'', 'no other command but settings, which do not last, succeeded');
is(down(q{SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text ~ '^pg_temp'}), '0',
	'no temporary relation is left');
is(down('SELECT count(*) FROM public.of_superuser'), '0', 'nor a row in a table of others');
is(down(q{SELECT count(*) FROM pg_roles WHERE rolname = 'accomplice'}), '0', 'nor a role');

# ---------------------------------------------------------------------------------------------------------- search path

# A function of the table's owner names a built-in one, and mallory has put another before it, where others would call
# it.
up(q{
	CREATE FUNCTION public.is_word(w varchar) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
		AS 'BEGIN RETURN lower(w) <> w; END';
	CREATE TABLE public.words (id int PRIMARY KEY, w varchar CHECK (public.is_word(w)));
	GRANT INSERT ON public.words TO mallory;
});
as_mallory(q{
	CREATE FUNCTION public.lower(varchar) RETURNS pg_catalog.text IMMUTABLE LANGUAGE plpgsql AS
		$$BEGIN RETURN mallory.gain('before a built-in function')::pg_catalog.text; END$$;
	INSERT INTO public.words VALUES (1, 'A');
});
gained_nothing('a function before a built-in one');
is(down('SELECT w FROM public.words'), 'A', 'the row is there');
is(down(q{SELECT count(*) FROM mallory.proof WHERE how = 'before a built-in function'}),
	'0', 'the function before a built-in one has not run');
as_mallory('DROP FUNCTION public.lower(varchar)');
wait_for_follow($downstream);

# -------------------------------------------------------------------------------------------------------------- names

# A quoted identifier that is an injection where its quotes are not doubled.
sub evil { return "\"$_[0]x\"\"; ALTER ROLE mallory SUPERUSER; --\"" }

my $name = evil('');
my $literal = q{'x"; ALTER ROLE mallory SUPERUSER; --\\''; ALTER ROLE mallory SUPERUSER; -- %s $$'};
my $label = q{'x"; ALTER ROLE mallory SUPERUSER; --\\'};
for my $owner ('mallory', 'victim')
{
	up("CREATE SCHEMA $name AUTHORIZATION mallory");
	as_mallory("
		SET standard_conforming_strings = on;
		CREATE TABLE $name.$name ($name int CONSTRAINT @{[evil('p')]} PRIMARY KEY, t pg_catalog.text DEFAULT $literal);
		CREATE INDEX @{[evil('i')]} ON $name.$name (t) WHERE t <> $literal;
		CREATE TYPE $name.@{[evil('e')]} AS ENUM ($label, 'b');
		CREATE DOMAIN $name.@{[evil('d')]} AS int CONSTRAINT $name CHECK (VALUE > 0);
		CREATE FUNCTION $name.$name($name int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';
		CREATE VIEW $name.@{[evil('v')]} AS SELECT *, $literal AS @{[evil('c')]} FROM $name.$name;
		CREATE SEQUENCE $name.@{[evil('s')]};
		CREATE TRIGGER $name BEFORE INSERT ON $name.$name FOR EACH ROW EXECUTE FUNCTION mallory.fired($literal);
		CREATE RULE $name AS ON INSERT TO $name.$name DO ALSO SELECT 1;
		CREATE POLICY $name ON $name.$name USING (t <> $literal);
		CREATE STATISTICS $name.@{[evil('st')]} ON $name, t FROM $name.$name;
		CREATE OPERATOR $name.|| (FUNCTION = $name.$name, RIGHTARG = int);
		COMMENT ON TABLE $name.$name IS $literal;
		COMMENT ON CONSTRAINT @{[evil('p')]} ON $name.$name IS $literal;
		INSERT INTO $name.$name VALUES (1);
	");
	wait_for_follow($downstream);
	gained_nothing("names, before $owner drops them");
	is_same_but_proof("names, before $owner drops them");
	up("SET ROLE $owner; ALTER TABLE $name.$name RENAME CONSTRAINT @{[evil('p')]} TO plain; DROP SCHEMA $name CASCADE");
	gained_nothing("names, dropped by $owner");
	is_same_but_proof("names, dropped by $owner");
}

# ----------------------------------------------------------------------------------------------------------- messages

# A true message of a superuser's command, as who can read WAL sees it, and what mallory makes of it.
up(q{SELECT pg_create_logical_replication_slot('spy', 'test_decoding')});
up('CREATE TABLE public.once (id int)');
my $content = up(q{SELECT encode(substring(data FROM position('content:'::bytea IN data) + 8), 'hex')
	FROM pg_logical_slot_peek_binary_changes('spy', NULL, NULL, 'force-binary', 'on')
	WHERE position('prefix: pg_follower,'::bytea IN data) > 0 LIMIT 1});
up(q{SELECT pg_drop_replication_slot('spy')});
like(pack('H*', $content), qr/CREATE TABLE public\.once/, 'a message can be seen in WAL');
up('DROP TABLE public.once');
my $changed = unpack('H*', pack('H*', $content) =~ s/public\.once/public.evil/r);
my $sql = unpack('H*', 'ALTER ROLE mallory SUPERUSER');
for my $message ($content, $changed, $sql, '', '00', '01', 'ff' x 33, '01' . '00' x 32 . '44' . $sql . '00',
	$content . $content)
{
	as_mallory("SELECT pg_logical_emit_message($_, 'pg_follower', '\\x$message'::bytea)") for 'true', 'false';
}
as_mallory(qq{
	BEGIN;
	CREATE TABLE mallory.beside ();
	SELECT pg_logical_emit_message(true, 'pg_follower', '\\x$content'::bytea);
	SELECT pg_logical_emit_message(true, 'pg_follower', '\\x$changed'::bytea);
	COMMIT;
});
# A message that is right in all but its authentication code, as anyone can make it for the own transaction.
as_mallory(q{
	BEGIN;
	CREATE TABLE mallory.beside_forged ();
	SELECT pg_logical_emit_message(true, 'pg_follower', '\x02'::bytea || mac
		|| int4send((SELECT oid::int FROM pg_database WHERE datname = current_database()))
		|| int4send(pg_current_xact_id()::text::int) || int8send(1000) || 'D'::bytea || '\x00'::bytea
		|| int2send(0::smallint) || int4send(0)
		|| 'ALTER ROLE'::bytea || '\x00'::bytea || 'role mallory'::bytea || '\x00'::bytea
		|| 'victim'::bytea || '\x00'::bytea
		|| 'ALTER ROLE mallory SUPERUSER'::bytea || '\x00'::bytea || '\x0000000000'::bytea)
	FROM (VALUES (decode(repeat('00', 32), 'hex')), (sha256('')), (decode(repeat('ff', 32), 'hex'))) AS guess (mac);
	COMMIT;
});
gained_nothing('forged messages');
is(down(q{SELECT count(*) FROM pg_class WHERE relname IN ('once', 'evil')}),
	'0', 'neither old nor changed messages count');
is_same_but_proof('forged messages');

# ---------------------------------------------------------------------------------------------------------------- key

for my $query (
	'SELECT key FROM follower.message_key', q{UPDATE follower.message_key SET key = '\x00'},
	q{INSERT INTO follower.message_key VALUES ('\x00')}, 'DELETE FROM follower.message_key',
	'SELECT conninfo FROM follower.follow', q{UPDATE follower.follow SET conninfo = 'host=evil'},
	'SELECT follower.make_message_key()', q{SELECT start_follow('host=evil')})
{
	for my $role ('mallory', 'reader')
	{
		for my $node ($upstream, $downstream)
		{
			my ($status, $out) = $node->psql('postgres', "SET SESSION AUTHORIZATION $role; $query");
			ok($status != 0 || $out eq '', "$role on " . $node->name . " gets nothing by: $query");
		}
	}
}
is(up('SELECT count(*), max(length(key)) FROM follower.message_key'), '1|32', 'the key is as it was');
is(down(q{SELECT count(*) FROM follower.follow WHERE conninfo ~ 'evil'}), '0', 'and so is the follow');

# ------------------------------------------------------------------------------------------------------------ deferred

# A deferred trigger would run at commit, as the worker. (Where it is enabled as it is
# upstream, it does not fire: 045_upstream_triggers.)
down('SET SESSION AUTHORIZATION mallory; ALTER TABLE mallory.deferred ENABLE REPLICA TRIGGER deferred');
as_mallory('INSERT INTO mallory.deferred VALUES (1000)');
wait_until($downstream, q{SELECT state = 'failed' FROM follow_status});
like(down('SELECT last_error FROM follow_status'), qr/deferred trigger within security-restricted operation/,
	'a deferred trigger that fires for replicas stops the follow');
down('ALTER TABLE mallory.deferred DISABLE TRIGGER deferred; SELECT resume_follow()');
gained_nothing('a deferred trigger');

done_testing();

# The dump has the trigger that is disabled downstream at the end, and each side has a proof of its own.
sub is_same_but_proof
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(schema_dump($downstream), schema_dump($upstream), "$what: schema");
	my ($expected, $got) = map { table_hashes($_) =~ s/^mallory\.proof\|.*\n//mr } ($upstream, $downstream);
	is($got, $expected, "$what: rows");
	return;
}
