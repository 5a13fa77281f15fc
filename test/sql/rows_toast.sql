-- Values that are stored out of line: an UPDATE that leaves them alone leaves them out.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic toast
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
SELECT left(regexp_replace(statement, '[0-9a-fx]{31,}', '...', 'g'), 400) AS statement, length(statement)
FROM changes
WHERE statement NOT IN ('BEGIN;', 'COMMIT;') AND statement NOT LIKE '% toast.many_columns %' ORDER BY n;
SELECT count(DISTINCT regexp_replace(statement, '''[^'']*''|WHERE.*', '...', 'g')), count(*)
FROM changes WHERE statement LIKE 'UPDATE ONLY toast.many_columns %';
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA toast CASCADE;
