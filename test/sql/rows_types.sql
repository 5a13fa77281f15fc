-- Every type: the text of each sample, and how keys of each type find their row.
-- The statements are those of test/sql/rows, which test/t/030_rows.pl follows and replays.
\set ECHO none
\set topic types
\getenv folder PG_ABS_SRCDIR
\set prepare :folder '/sql/rows/prepare.sql'
\i :prepare
\set ECHO all
-- Each sample's text
SELECT left(statement, 300) AS statement FROM changes
WHERE statement LIKE 'INSERT INTO types."full %' AND statement NOT LIKE '%, NULL);'
GROUP BY statement ORDER BY min(n);
-- Each type as a key
SELECT left(statement, 300) AS statement FROM changes WHERE statement LIKE 'DELETE FROM ONLY types."key %' ORDER BY n;
-- A few rows that are found by all their columns
SELECT left(statement, 500) AS statement FROM changes
WHERE statement ~ '^DELETE FROM ONLY types."full (boolean|text|json|xml|point|types.nest|real)"' ORDER BY n;
SELECT statement FROM changes WHERE statement LIKE '% types.computed%' ORDER BY n;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA types CASCADE;
