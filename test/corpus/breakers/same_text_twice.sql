-- The same text twice in one transaction, with a drop between.
BEGIN;
CREATE TABLE t (i int);
INSERT INTO t VALUES (1);
DROP TABLE t;
CREATE TABLE t (i int);
INSERT INTO t VALUES (2);
COMMIT;
BEGIN;
CREATE TABLE u (i int);
DROP TABLE u;
CREATE TABLE u (j text, i int);
COMMIT;
INSERT INTO u VALUES ('x', 1);
BEGIN;
ALTER TABLE u ADD k int;
ALTER TABLE u DROP k;
ALTER TABLE u ADD k int;
COMMIT;
