-- CREATE INDEX in every form.
CREATE SCHEMA s;
CREATE FUNCTION s.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TABLE plain (id integer PRIMARY KEY, a integer, b text, c point, d tsvector, "we""ird on only" text, e text[]);
CREATE TABLE parted (id integer, a integer) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20) PARTITION BY LIST (id);
CREATE TABLE parted_2_1 PARTITION OF parted_2 FOR VALUES IN (11);
SELECT FROM pg_create_logical_replication_slot('deparse_index', 'pg_follower');

CREATE INDEX ON plain (a);
CREATE INDEX IF NOT EXISTS plain_a_idx ON plain (b);
CREATE UNIQUE INDEX "odd ON ONLY name" ON plain (a, b DESC NULLS LAST, "we""ird on only" ASC NULLS FIRST);
CREATE UNIQUE INDEX nulls_not_distinct ON plain (a) NULLS NOT DISTINCT;
CREATE INDEX covering ON plain (a) INCLUDE (b, id) WITH (fillfactor = 70, deduplicate_items = off);
CREATE INDEX by_expression ON plain (s.twice(a), lower(b), (a + id));
CREATE INDEX partial ON plain (a) WHERE b IS NOT NULL AND a OPERATOR(pg_catalog.>) 0;
CREATE INDEX collated ON plain (b COLLATE "C" text_pattern_ops);
CREATE INDEX by_hash ON plain USING hash (b);
CREATE INDEX by_gist ON plain USING gist (c, d tsvector_ops (siglen = 100)) WITH (buffering = on);
CREATE INDEX by_spgist ON plain USING spgist (c kd_point_ops);
CREATE INDEX by_gin ON plain USING gin (e) WITH (fastupdate = off);
CREATE INDEX by_brin ON plain USING brin (a int4_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 8);
CREATE INDEX CONCURRENTLY concurrent ON plain (a DESC);
SET search_path = s;
CREATE INDEX by_path ON public.plain (twice(id));
RESET search_path;
-- The partitions' indexes come by themselves, with the same names, or are attached.
CREATE INDEX ON parted_1 (a);
CREATE INDEX ON parted (a);
CREATE INDEX only_parent ON ONLY parted (a, id);
CREATE INDEX only_1 ON parted_1 (a, id);
CREATE INDEX only_2 ON parted_2 (a, id);
ALTER INDEX only_parent ATTACH PARTITION only_1;
ALTER INDEX only_parent ATTACH PARTITION only_2;
-- Other forms of ALTER INDEX.
ALTER INDEX by_expression ALTER COLUMN 1 SET STATISTICS 200;
ALTER INDEX covering SET (fillfactor = 80);
ALTER INDEX covering RESET (deduplicate_items);
ALTER INDEX covering RENAME TO covers;
-- Of an index on a temporary table, nothing.
CREATE TEMPORARY TABLE temporary (i integer);
CREATE INDEX ON temporary (i);
-- A rebuilt index is the same index.
REINDEX INDEX partial;
REINDEX TABLE CONCURRENTLY plain;
DROP INDEX CONCURRENTLY concurrent;
DROP INDEX only_parent;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_index', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP TABLE plain, parted;
DROP SCHEMA s CASCADE;
SELECT FROM pg_drop_replication_slot('deparse_index');
