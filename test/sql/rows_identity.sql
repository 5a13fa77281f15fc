-- What finds the old row: keys, indexes, all columns.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic identity
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
SELECT statement FROM changes
WHERE statement NOT IN ('BEGIN;', 'COMMIT;') AND statement NOT LIKE '% identity.many %' ORDER BY n;
SELECT split_part(statement, ' ', 1) AS kind, count(*)
FROM changes WHERE statement LIKE '% identity.many %' GROUP BY 1 ORDER BY 1;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA identity CASCADE;
