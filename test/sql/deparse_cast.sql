-- Casts, transforms, languages, access methods, collations and conversions.
CREATE SCHEMA dc;
CREATE TYPE dc.pair AS (a integer, b integer);
CREATE FUNCTION dc.to_pair(integer) RETURNS dc.pair LANGUAGE sql IMMUTABLE AS 'SELECT $1, $1';
CREATE FUNCTION dc.from_pair(dc.pair, integer, boolean) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a';
CREATE DOMAIN dc.word AS text;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_cast', 'pg_follower');
SET search_path = dc;

CREATE CAST (integer AS pair) WITH FUNCTION to_pair(integer);
CREATE CAST (pair AS integer) WITH FUNCTION from_pair(pair, integer, boolean) AS ASSIGNMENT;
CREATE CAST (pair AS text) WITH INOUT AS IMPLICIT;
CREATE CAST (xid8 AS bigint) WITHOUT FUNCTION;
COMMENT ON CAST (pair AS text) IS 'by its text';
DROP CAST (pair AS text);
DROP CAST (xid8 AS bigint);
DROP CAST IF EXISTS (pair AS date);

CREATE TRANSFORM FOR pair LANGUAGE sql (FROM SQL WITH FUNCTION varchar_support(internal));
CREATE OR REPLACE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION varchar_support(internal),
    TO SQL WITH FUNCTION int4recv(internal));
CREATE OR REPLACE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION varchar_support(internal));
CREATE FUNCTION with_transform(integer) RETURNS integer LANGUAGE sql TRANSFORM FOR TYPE integer AS 'SELECT $1';
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'a transform';
DROP FUNCTION with_transform(integer);
DROP TRANSFORM FOR integer LANGUAGE sql;

CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE "my lang" HANDLER handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE OR REPLACE LANGUAGE "my lang" HANDLER handler;
CREATE FUNCTION in_it() RETURNS integer LANGUAGE "my lang" AS 'BEGIN RETURN 1; END';
ALTER LANGUAGE "my lang" RENAME TO mine;
DROP FUNCTION in_it();
DROP LANGUAGE mine;

CREATE ACCESS METHOD my_gist TYPE INDEX HANDLER gisthandler;
CREATE ACCESS METHOD my_heap TYPE TABLE HANDLER heap_tableam_handler;
DROP ACCESS METHOD my_gist;
DROP ACCESS METHOD my_heap;

CREATE COLLATION by_libc (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION by_locale (LOCALE = 'C');
CREATE COLLATION copied FROM "POSIX";
CREATE COLLATION IF NOT EXISTS by_libc (LOCALE = 'C');
ALTER COLLATION copied RENAME TO "Copied";
COMMENT ON COLLATION "Copied" IS 'a copy';
DROP COLLATION "Copied";

CREATE CONVERSION my_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION my_default FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER CONVERSION my_conversion RENAME TO "My conversion";
DROP CONVERSION "My conversion";

SELECT data FROM pg_logical_slot_get_changes('deparse_cast', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_cast');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA dc CASCADE;
