-- Functions and procedures: CREATE in every form, ALTER of every property.
CREATE SCHEMA df;
CREATE SCHEMA "df 2";
CREATE TYPE df.pair AS (a integer, b text);
SELECT 1 FROM pg_create_logical_replication_slot('deparse_function', 'pg_follower');
SET search_path = df, public;

CREATE FUNCTION plain(integer, b text DEFAULT 'it''s', c numeric(10,2) DEFAULT 1 + 1) RETURNS integer
    LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION modes(IN a integer, INOUT b text, OUT c pair, VARIADIC d integer[]) LANGUAGE plpgsql AS
    $body$ BEGIN c := (1, $x$\$x$); END $body$;
CREATE FUNCTION tables(a pair) RETURNS TABLE ("X" integer, y text[]) LANGUAGE sql ROWS 5 AS $$ SELECT 1, ARRAY['a'] $$;
CREATE FUNCTION sets() RETURNS SETOF pair LANGUAGE sql AS 'SELECT 1, ''a''';
CREATE FUNCTION polymorphic(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION "Odd "" name"("select" integer) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION "df 2".elsewhere() RETURNS df.pair[] LANGUAGE sql AS 'SELECT NULL::df.pair[]';
CREATE FUNCTION options(integer) RETURNS integer LANGUAGE plpgsql
    IMMUTABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 12.5
    SET search_path = df, "df 2", '' SET work_mem = '10MB' SET DateStyle FROM CURRENT SET my.setting = 'it''s \'
    AS 'BEGIN RETURN $1; END';
CREATE FUNCTION stable_restricted() RETURNS SETOF integer LANGUAGE sql STABLE PARALLEL RESTRICTED COST 0.0025 ROWS 12345678
    AS 'SELECT 1';
CREATE FUNCTION by_internal(integer, integer) RETURNS integer LANGUAGE internal WINDOW IMMUTABLE AS 'window_lag';
CREATE FUNCTION with_support(integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT
    SUPPORT pg_catalog.numeric_support AS 'int4abs';
CREATE FUNCTION on_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- SQL-standard bodies: names are resolved when the function is made.
CREATE FUNCTION returned(a integer) RETURNS integer RETURN a + plain(a);
CREATE FUNCTION atomic(a integer) RETURNS SETOF pair LANGUAGE sql BEGIN ATOMIC
    SELECT 1, 'x'::text;
    SELECT * FROM sets() WHERE a = plain(a);
END;
CREATE FUNCTION nothing() RETURNS void BEGIN ATOMIC END;
-- A body that cannot run yet, and one that holds quoting tags.
SET check_function_bodies = off;
CREATE FUNCTION early() RETURNS integer LANGUAGE sql AS 'SELECT count(*)::integer FROM df.not_there';
RESET check_function_bodies;
CREATE FUNCTION tags() RETURNS text LANGUAGE sql AS $_$ SELECT '$function$ $$ $1' || E'\\n' $_$;

CREATE OR REPLACE FUNCTION plain(integer, b text DEFAULT 'other', c numeric DEFAULT 3) RETURNS integer
    LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';

CREATE PROCEDURE proc(IN a integer, INOUT b text, OUT c integer) LANGUAGE plpgsql AS
    'BEGIN c := 1; COMMIT; END';
CREATE PROCEDURE proc(a integer) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE standard(a integer) BEGIN ATOMIC SELECT plain(a); END;
CREATE OR REPLACE PROCEDURE standard(a integer) SECURITY DEFINER SET work_mem = '1MB' AS 'SELECT 2' LANGUAGE sql;

-- A type that is not there yet becomes a shell.
SET client_min_messages = warning;
CREATE FUNCTION widget_in(cstring) RETURNS widget LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
RESET client_min_messages;

ALTER FUNCTION plain(integer, text, numeric) IMMUTABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 7;
ALTER FUNCTION plain(integer, text, numeric) VOLATILE CALLED ON NULL INPUT EXTERNAL SECURITY INVOKER NOT LEAKPROOF
    PARALLEL UNSAFE;
ALTER FUNCTION plain STABLE RETURNS NULL ON NULL INPUT PARALLEL RESTRICTED;
ALTER FUNCTION sets() ROWS 12345678;
ALTER FUNCTION with_support(integer) SUPPORT pg_catalog.varchar_support COST 0.0025;
ALTER FUNCTION plain SET search_path TO df, 'With Space' SET work_mem = '1MB';
ALTER FUNCTION plain RESET work_mem SET DateStyle = 'German';
ALTER FUNCTION plain SET TIME ZONE 'UTC';
ALTER FUNCTION plain SET search_path FROM CURRENT;
ALTER FUNCTION plain RESET ALL SET extra_float_digits = 1;
ALTER ROUTINE plain RESET extra_float_digits;
ALTER PROCEDURE proc(integer, text, integer) SET work_mem = '2MB';
ALTER ROUTINE proc(integer) SECURITY DEFINER;
-- Clauses about the role come in a statement of their own, in their order.
CREATE FUNCTION of_role(a text DEFAULT E'\n SET role TO ''none''\n') RETURNS text LANGUAGE sql
    SET work_mem = '1MB' SET role = 'none' SET application_name = E'two\nlines''s' STABLE COST 3 AS 'SELECT current_role::text';
CREATE OR REPLACE PROCEDURE proc_of_role() LANGUAGE sql SET session_authorization TO DEFAULT SET role = none
    BEGIN ATOMIC SELECT 1; END;
-- Not found, so nothing; temporary, so nobody's business.
DROP FUNCTION IF EXISTS no_function(integer);
CREATE FUNCTION pg_temp.temporary() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION pg_temp.temporary() STRICT;

SELECT data FROM pg_logical_slot_get_changes('deparse_function', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_function');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA df, "df 2" CASCADE;
