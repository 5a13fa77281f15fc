-- Equal rows without a key: one of them changed means one of them changed.
CREATE TABLE t (i int, j json);
INSERT INTO t SELECT 1, '{"a":1}' FROM generate_series(1, 5);
DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t);
UPDATE t SET i = 2 WHERE ctid = (SELECT max(ctid) FROM t);
INSERT INTO t VALUES (NULL, NULL), (NULL, NULL);
DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t);
