-- Whatever a statement can do to rows.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic statements
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
SELECT statement FROM changes WHERE statement NOT LIKE '%savepoint%' ORDER BY n;
SELECT count(*) FROM changes WHERE statement LIKE '%savepoint%';
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA statements CASCADE;
