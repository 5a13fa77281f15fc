-- A rewrite whose rows follow drops, in the same command and by CASCADE, a column that publications list.
CREATE TABLE t (a int PRIMARY KEY, b int, c inet); INSERT INTO t VALUES (1, 2, NULL);
CREATE PUBLICATION lists FOR TABLE t (a, c); CREATE PUBLICATION filters FOR TABLE t WHERE (c IS NULL) WITH (publish = 'insert');
ALTER TABLE t ALTER b TYPE bigint USING b * random(), DROP c CASCADE;
CREATE TABLE p (a int, b int, c inet) PARTITION BY LIST (b); CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p VALUES (1, 2, NULL);
CREATE PUBLICATION parts FOR TABLE p1 (a, c); CREATE VIEW v AS SELECT c FROM p;
ALTER TABLE p ADD d float DEFAULT random(), DROP c CASCADE;
CREATE PUBLICATION again FOR TABLE t (a), p;
ALTER TABLE t DROP a CASCADE;
