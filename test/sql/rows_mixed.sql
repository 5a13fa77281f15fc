-- Rows between commands that change their tables: each is written in the names and with the key of its moment.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\getenv folder PG_ABS_SRCDIR
\set schema :folder '/sql/rows/mixed.schema.sql'
\set writes :folder '/sql/rows/mixed.writes.sql'
\i :schema
\o /dev/null
SELECT pg_create_logical_replication_slot('regress_rows', 'pg_follower', true);
\i :writes
\o
RESET ALL;
CREATE TEMP TABLE changes AS
SELECT row_number() OVER () AS n, data AS statement FROM pg_logical_slot_get_changes('regress_rows', NULL, NULL)
WHERE data !~ '^SET [A-Za-z_]+ = ';
\pset format unaligned
\set ECHO all
SELECT statement FROM changes WHERE statement ~ '^(BEGIN|COMMIT|INSERT|UPDATE|DELETE|TRUNCATE)' ORDER BY n;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA mixed CASCADE;
DROP SCHEMA mixed_renamed CASCADE;
