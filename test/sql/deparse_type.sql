-- Types: composite, enum, range, base and shell types, and what ALTER TYPE makes of them.
CREATE SCHEMA dt;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_type', 'pg_follower');
SET search_path = dt;

CREATE TYPE pair AS (a integer, "B b" varchar(10) COLLATE "C", c numeric(5,2)[], d pg_catalog.timestamptz(3));
CREATE TYPE empty AS ();
CREATE TYPE nested AS (p pair, ps pair[]);
ALTER TYPE pair ADD ATTRIBUTE e text, DROP ATTRIBUTE a;
ALTER TYPE pair ALTER ATTRIBUTE e TYPE varchar(3) CASCADE;
ALTER TYPE pair RENAME ATTRIBUTE e TO f;

CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE no_mood AS ENUM ();
ALTER TYPE mood ADD VALUE 'glad';
ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad';
ALTER TYPE mood ADD VALUE 'after \ sad' AFTER 'sad';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new' BEFORE 'it''s ok';
SET client_min_messages = warning;
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new' AFTER 'happy';
RESET client_min_messages;
ALTER TYPE mood RENAME VALUE 'glad' TO 'Glad "';
ALTER TYPE mood RENAME TO moods;
CREATE TYPE mood AS ENUM ('after it was renamed');

CREATE TYPE text_range AS RANGE (SUBTYPE = text);
CREATE TYPE text_c_range AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops,
    MULTIRANGE_TYPE_NAME = text_many);
CREATE FUNCTION difference(float8, float8) RETURNS float8 LANGUAGE internal IMMUTABLE STRICT AS 'float8mi';
CREATE TYPE float_range AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = difference);
CREATE TYPE discrete;
SET client_min_messages = warning;
CREATE FUNCTION canonical(discrete) RETURNS discrete LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE discrete AS RANGE (SUBTYPE = integer, CANONICAL = canonical);

CREATE TYPE base;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION base_recv(internal) RETURNS base LANGUAGE internal STABLE STRICT AS 'textrecv';
CREATE FUNCTION base_send(base) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE FUNCTION base_analyze(internal) RETURNS boolean LANGUAGE internal STRICT AS 'range_typanalyze';
CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, RECEIVE = base_recv, SEND = base_send, TYPMOD_IN = varchartypmodin,
    TYPMOD_OUT = varchartypmodout, ANALYZE = base_analyze, ALIGNMENT = double, STORAGE = extended, CATEGORY = 'x',
    PREFERRED = true, DEFAULT = 'it''s', DELIMITER = ';', COLLATABLE = true);
CREATE TYPE fixed;
CREATE FUNCTION fixed_in(cstring) RETURNS fixed LANGUAGE internal IMMUTABLE STRICT AS 'point_in';
CREATE FUNCTION fixed_out(fixed) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'point_out';
CREATE TYPE fixed (INPUT = fixed_in, OUTPUT = fixed_out, LIKE = pg_catalog.point, ELEMENT = float8);
CREATE TYPE shell;
RESET client_min_messages;
ALTER TYPE base SET (STORAGE = main, ANALYZE = NONE, SEND = NONE, TYPMOD_IN = NONE);
CREATE TABLE uses_them (b base, f fixed[], m moods, t text_many, p nested);

DROP TYPE no_mood, empty;
SET client_min_messages = warning;
-- A type and its functions need each other.
DROP TYPE base CASCADE;
DROP FUNCTION fixed_in(cstring) CASCADE;
-- A range's functions and multirange go with it.
DROP TYPE text_range;
DROP TYPE discrete CASCADE;
RESET client_min_messages;

SELECT data FROM pg_logical_slot_get_changes('deparse_type', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_type');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA dt CASCADE;
