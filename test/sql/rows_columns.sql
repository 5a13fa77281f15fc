-- Columns of every sort.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic columns
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
SELECT left(statement, 400) AS statement FROM changes WHERE statement NOT IN ('BEGIN;', 'COMMIT;') ORDER BY n;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA columns CASCADE;
DROP SCHEMA "odd ""schema""" CASCADE;
