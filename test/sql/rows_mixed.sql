-- Rows between commands that change their tables: each is written in the names and with the key of its moment.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic mixed
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
SELECT statement FROM changes WHERE statement ~ '^(BEGIN|COMMIT|INSERT|UPDATE|DELETE|TRUNCATE)' ORDER BY n;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA mixed CASCADE;
DROP SCHEMA mixed_renamed CASCADE;
