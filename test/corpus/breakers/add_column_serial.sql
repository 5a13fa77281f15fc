-- ADD COLUMN serial numbers the rows in the order of the upstream's heap.
CREATE TABLE t (v text);
INSERT INTO t SELECT 'v' || g FROM generate_series(1, 50) g;
DELETE FROM t WHERE v IN ('v3', 'v4');
INSERT INTO t VALUES ('late');
ALTER TABLE t ADD c serial;
INSERT INTO t VALUES ('later');
