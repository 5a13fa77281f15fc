-- CREATE STATISTICS and ALTER STATISTICS in every form.
CREATE SCHEMA s;
CREATE ROLE regress_statistics;
CREATE TABLE base (a integer, b integer, "C" text);
SELECT FROM pg_create_logical_replication_slot('deparse_statistics', 'pg_follower');

CREATE STATISTICS all_kinds ON a, b FROM base;
CREATE STATISTICS chosen (ndistinct, mcv) ON a, "C" FROM base;
CREATE STATISTICS s."Dep endencies" (dependencies) ON a, b FROM base;
CREATE STATISTICS expressions ON (a + b), lower("C"), a FROM base;
CREATE STATISTICS one_expression ON (a * 2) FROM base;
CREATE STATISTICS IF NOT EXISTS chosen ON a, b FROM base;
ALTER STATISTICS all_kinds SET STATISTICS 100;
ALTER STATISTICS all_kinds SET STATISTICS -1;
ALTER STATISTICS all_kinds RENAME TO all_of_them;
ALTER STATISTICS all_of_them SET SCHEMA s;
ALTER STATISTICS s.all_of_them OWNER TO regress_statistics;
COMMENT ON STATISTICS chosen IS 'chosen';
CREATE TABLE alike (LIKE base INCLUDING STATISTICS);
DROP STATISTICS chosen, s."Dep endencies";

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_statistics', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP TABLE base, alike;
DROP SCHEMA s CASCADE;
DROP ROLE regress_statistics;
SELECT FROM pg_drop_replication_slot('deparse_statistics');
