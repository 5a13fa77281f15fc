-- CREATE and REFRESH MATERIALIZED VIEW: the downstream fills them by itself.
SELECT 1 AS loads_the_library INTO loaded;
CREATE TABLE base (id integer PRIMARY KEY, b text);
SELECT FROM pg_create_logical_replication_slot('deparse_matview', 'pg_follower');

INSERT INTO base VALUES (1, 'one');
CREATE MATERIALIZED VIEW filled AS SELECT * FROM base;
CREATE MATERIALIZED VIEW IF NOT EXISTS filled AS SELECT 1 AS i;
CREATE MATERIALIZED VIEW empty (x, "Y") WITH (fillfactor = 50) AS SELECT id, b FROM base WITH NO DATA;
\o /dev/null
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) CREATE MATERIALIZED VIEW by_explain AS SELECT 1 AS x;
\o
CREATE UNIQUE INDEX ON filled (id);
INSERT INTO base VALUES (2, 'two');
REFRESH MATERIALIZED VIEW filled;
REFRESH MATERIALIZED VIEW CONCURRENTLY filled;
REFRESH MATERIALIZED VIEW empty WITH DATA;
REFRESH MATERIALIZED VIEW empty WITH NO DATA;
ALTER MATERIALIZED VIEW filled ALTER COLUMN b SET STATISTICS 10;
ALTER MATERIALIZED VIEW filled CLUSTER ON filled_id_idx;
ALTER MATERIALIZED VIEW filled SET (autovacuum_enabled = false);
ALTER MATERIALIZED VIEW filled RENAME COLUMN b TO bb;
ALTER MATERIALIZED VIEW filled RENAME TO full_view;
DROP MATERIALIZED VIEW full_view, empty;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_matview', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
DROP MATERIALIZED VIEW by_explain;
DROP TABLE base, loaded;
SELECT FROM pg_drop_replication_slot('deparse_matview');
