-- CREATE TABLE AS and SELECT INTO: the table as the command resolved it, then its rows as rows.
CREATE SCHEMA elsewhere;
CREATE FUNCTION elsewhere.make_another() RETURNS integer LANGUAGE plpgsql AS
    'BEGIN CREATE TABLE inner_table AS SELECT 1 AS x; RETURN 2; END';

SELECT 1 FROM pg_create_logical_replication_slot('deparse_create_table_as', 'pg_follower');

CREATE TABLE as_values (n, t) AS VALUES (1, 'a'), (2, NULL);
CREATE TABLE as_table AS TABLE as_values;
CREATE TABLE as_select (x, y) WITH (fillfactor = 50) AS
    SELECT g, g::varchar(5) COLLATE "C" FROM generate_series(1, 2) AS g;
CREATE TABLE with_no_data AS SELECT * FROM as_select WITH NO DATA;
CREATE TABLE no_columns AS SELECT;
CREATE TABLE fleeting AS SELECT random() < 2 AS yes, now() > '2000-01-01' AS late;
SELECT 1 AS i, 'abc'::text AS "T" INTO by_select_into;
-- A prepared query, with and without its rows.
PREPARE query(integer) AS SELECT x + $1 AS x FROM as_select;
CREATE TABLE as_execute AS EXECUTE query(10);
CREATE TABLE as_execute_empty AS EXECUTE query(10) WITH NO DATA;
-- EXPLAIN ANALYZE fires no event triggers.
\o /dev/null
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) CREATE TABLE by_explain AS SELECT 1 AS x;
\o
EXPLAIN (COSTS OFF) CREATE TABLE not_made AS SELECT 1 AS x;
CREATE TABLE IF NOT EXISTS by_explain AS SELECT 2 AS x;
-- In functions; one table made while another is being filled.
DO $$
BEGIN
    CREATE TABLE in_do AS SELECT 1 AS x;
    EXECUTE 'CREATE TABLE in_execute AS SELECT 2 AS x';
END $$;
CREATE TABLE outer_table AS SELECT elsewhere.make_another() AS y;
-- A table made twice in a transaction.
BEGIN;
SAVEPOINT s;
CREATE TABLE twice AS SELECT 1 AS x;
ROLLBACK TO s;
CREATE TABLE twice AS SELECT 2 AS x;
DROP TABLE twice;
CREATE TABLE twice AS SELECT 3 AS x;
COMMIT;
-- Names as the session resolves them.
SET search_path = elsewhere;
CREATE TABLE by_path AS SELECT 1 AS x;
RESET search_path;
-- No rows of unlogged tables, nothing of temporary ones.
CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS x;
CREATE TEMPORARY TABLE temporary AS SELECT 1 AS x;
CREATE TABLE from_temporary AS SELECT * FROM temporary;

SELECT data FROM pg_logical_slot_get_changes('deparse_create_table_as', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';

DROP SCHEMA elsewhere CASCADE;
DROP TABLE as_values, as_table, as_select, with_no_data, no_columns, fleeting, by_select_into, as_execute,
    as_execute_empty, by_explain, in_do, in_execute, inner_table, outer_table, twice, unlogged, from_temporary;
SELECT pg_drop_replication_slot('deparse_create_table_as');
