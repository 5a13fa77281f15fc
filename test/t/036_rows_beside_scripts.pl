# Rows of users' tables that are written while the script of an extension runs: by event triggers, triggers and foreign
# keys, which do not fire downstream, and by the script itself, which runs on both sides.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use TestExtensions;

my %files = (
	'pgf_base.control' => "default_version = '1.0'\nschema = public\nrelocatable = false\n",
	'pgf_base--1.0.sql' => "CREATE FUNCTION public.base_function() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
	'pgf_script.control' => "default_version = '1.0'\nrequires = 'pgf_base'\nschema = public\nrelocatable = false\n",
	'pgf_script--1.0.sql' => <<'SQL',
CREATE TABLE public.script_config (id int PRIMARY KEY, t text);
SELECT pg_extension_config_dump('public.script_config', '');
INSERT INTO public.script_config VALUES (1, 'script'), (2, 'script'), (3, 'script');
CREATE TABLE public.script_private (id int);
INSERT INTO public.script_private VALUES (1);
CREATE TABLE public.script_gone (id int);
INSERT INTO public.script_gone VALUES (1);
DROP TABLE public.script_gone;
-- Of its own will, to tables of the user
INSERT INTO public.of_user VALUES (1, 'script'), (2, 'script');
INSERT INTO public.keyless VALUES ('script');
UPDATE public.of_user SET t = 'script changed' WHERE id = 2;
DELETE FROM public.of_user WHERE id = 100;
WITH made AS (INSERT INTO public.of_user VALUES (3, 'script, with') RETURNING id)
INSERT INTO public.script_private SELECT 7;
CREATE FUNCTION public.script_function(regclass) RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO public.keyless VALUES ('function'); RETURN 1; END $$;
SELECT public.script_function('public.script_config');
-- A table that the script leaves to the user
CREATE TABLE public.left_to_user (id int PRIMARY KEY);
INSERT INTO public.left_to_user VALUES (1);
ALTER EXTENSION pgf_script DROP TABLE public.left_to_user;
INSERT INTO public.left_to_user VALUES (2);
SQL
	'pgf_script--1.0--1.1.sql' => <<'SQL');
CREATE FUNCTION public.later() RETURNS int LANGUAGE sql AS 'SELECT 2';
DELETE FROM public.script_config WHERE id = 2;
UPDATE public.script_config SET t = 'updated' WHERE id = 3;
INSERT INTO public.keyless VALUES ('script of the update');
COPY public.keyless FROM PROGRAM 'echo copied';
CREATE FUNCTION public.copies() RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN COPY public.of_user FROM PROGRAM 'echo 200,copied by a function' (FORMAT csv); RETURN 1; END $$;
SELECT public.copies();
CREATE TABLE public.script_copies (t text);
COPY public.script_copies FROM PROGRAM 'echo own';
TRUNCATE public.emptied;
INSERT INTO public.emptied VALUES ('after');
SQL
add_extension_files(%files);

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);

my @tables =
  qw(ddl_log of_user keyless emptied audit ref_config script_config script_private script_copies left_to_user);

sub same
{
	my ($what) = @_;
	wait_for_follow($downstream);
	for my $table (@tables)
	{
		my $query = "SELECT * FROM $table AS t ORDER BY t::text";
		my $rows = eval { $upstream->safe_psql('postgres', $query) };
		next unless defined $rows;
		is($downstream->safe_psql('postgres', $query), $rows, "$what: rows of $table");
	}
	is($downstream->safe_psql('postgres', 'SELECT rows_missing, unsupported FROM follow_status'), '0|0',
		"$what: no row is missing, and nothing was left out");
	return;
}

$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE ddl_log (id serial PRIMARY KEY, event text, tag text, object text);
CREATE TABLE of_user (id int PRIMARY KEY, t text);
INSERT INTO of_user VALUES (100, 'user');
CREATE TABLE keyless (t text);
CREATE TABLE emptied (t text);
INSERT INTO emptied VALUES ('before');
CREATE FUNCTION log_start() RETURNS event_trigger LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO ddl_log (event, tag) VALUES (tg_event, tg_tag); END $$;
CREATE FUNCTION log_end() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO ddl_log (event, tag, object)
		SELECT tg_event, tg_tag, object_identity FROM pg_event_trigger_ddl_commands();
	UPDATE ddl_log SET tag = tag || ', logged' WHERE tag = tg_tag;
	END $$;
CREATE FUNCTION log_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO ddl_log (event, tag, object) SELECT tg_event, tg_tag, object_identity
		FROM pg_event_trigger_dropped_objects();
	END $$;
CREATE EVENT TRIGGER log_start ON ddl_command_start EXECUTE FUNCTION log_start();
CREATE EVENT TRIGGER log_end ON ddl_command_end EXECUTE FUNCTION log_end();
CREATE EVENT TRIGGER log_drop ON sql_drop EXECUTE FUNCTION log_drop();
SQL
same('before');
my $before = $upstream->safe_psql('postgres', 'SELECT count(*) FROM ddl_log');
$upstream->safe_psql('postgres', 'CREATE EXTENSION hstore');
same('CREATE EXTENSION');
cmp_ok($upstream->safe_psql('postgres', 'SELECT count(*) FROM ddl_log') - $before,
	'>', 100, 'event triggers wrote rows');

# Values that name what the script makes, in rows that event triggers write meanwhile
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE made (o regprocedure);
CREATE FUNCTION log_made() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO made SELECT objid FROM pg_event_trigger_ddl_commands() WHERE classid = 'pg_proc'::regclass;
	END $$;
CREATE EVENT TRIGGER log_made ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION log_made();
SQL
push @tables, 'made';
# An event trigger of this side alone, which fires for replicas. Those of the upstream must not write here.
$downstream->safe_psql('postgres', <<'SQL');
SET session_replication_role = replica;
CREATE TABLE local_log (tag text);
CREATE FUNCTION local_log() RETURNS event_trigger LANGUAGE plpgsql SET search_path = public AS
	$$ BEGIN INSERT INTO local_log VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER local_log ON ddl_command_end WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION local_log();
ALTER EVENT TRIGGER local_log ENABLE REPLICA;
SQL

$upstream->safe_psql('postgres',
	'BEGIN; INSERT INTO of_user VALUES (50); CREATE EXTENSION pgf_script CASCADE;
		INSERT INTO of_user VALUES (51); COMMIT'
);
same('a script that writes to tables of the user');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM made'), '2', 'rows name what scripts made');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM local_log'), '2',
	'an event trigger that is enabled for replicas here writes its rows while scripts run');

# Triggers and foreign keys of the user on the table of an extension
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE audit (id int, old text, new text);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO public.audit VALUES (old.id, old.t, new.t); RETURN NULL; END $$;
CREATE TRIGGER audit AFTER UPDATE OR DELETE ON script_config FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TABLE ref_config (id int PRIMARY KEY REFERENCES script_config ON DELETE CASCADE);
INSERT INTO ref_config VALUES (1), (2), (3);
ALTER EXTENSION pgf_script UPDATE TO '1.1';
SQL
same('ALTER EXTENSION UPDATE');
is($downstream->safe_psql('postgres', 'SELECT string_agg(id::text, \',\' ORDER BY id) FROM ref_config'), '1,3',
	'a foreign key\'s deletion follows');

# The form for psql has the same rows, behind the command.
$upstream->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('text', 'pg_follower')});
$upstream->safe_psql('postgres', 'CREATE EXTENSION cube');
my $text = $upstream->safe_psql('postgres', q{SELECT data FROM pg_logical_slot_get_changes('text', NULL, NULL)});
like(
	$text,
	qr/CREATE EXTENSION cube.*INSERT INTO public\.ddl_log .*'CREATE FUNCTION'/s,
	'rows behind the command as SQL'
);
is(scalar(() = $text =~ /^BEGIN;$/mg), 1, 'in one transaction');

done_testing();
