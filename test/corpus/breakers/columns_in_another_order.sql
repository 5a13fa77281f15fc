-- Columns dropped and added: attribute numbers differ, names decide.
CREATE TABLE t (a int, b int, c int, d int PRIMARY KEY);
INSERT INTO t VALUES (1, 2, 3, 4);
ALTER TABLE t DROP a;
ALTER TABLE t DROP c;
ALTER TABLE t ADD a text DEFAULT 'a';
ALTER TABLE t ADD c bool;
INSERT INTO t VALUES (1, 5, 'x', true);
UPDATE t SET b = 9, c = false WHERE d = 4;
CREATE TABLE p (x int, y int, z int) PARTITION BY LIST (x);
CREATE TABLE part (z int, gone int, y int, x int);
ALTER TABLE part DROP gone;
ALTER TABLE p ATTACH PARTITION part FOR VALUES IN (1);
INSERT INTO p VALUES (1, 2, 3);
UPDATE p SET z = 30;
CREATE TABLE likes (LIKE t INCLUDING INDEXES);
