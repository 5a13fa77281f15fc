-- Tables without a key that leave an extension, whose rows do not follow while they belong to it.
CREATE EXTENSION hstore;
CREATE TABLE t (i int, v text);
CREATE TABLE t2 (LIKE t);
ALTER TABLE t2 REPLICA IDENTITY DEFAULT;
ALTER EXTENSION hstore ADD TABLE t;
ALTER EXTENSION hstore ADD TABLE t2;
ALTER TABLE t2 REPLICA IDENTITY DEFAULT;
ALTER EXTENSION hstore DROP TABLE t;
ALTER EXTENSION hstore DROP TABLE t2;
INSERT INTO t VALUES (1, 'a'), (2, 'b');
INSERT INTO t2 SELECT * FROM t;
UPDATE t SET v = 'c' WHERE i = 1;
DELETE FROM t2 WHERE i = 1;
