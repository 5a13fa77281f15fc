-- Where several indexes fit, the server takes the oldest: indexes of constraints are made in their order, and none is left out.
CREATE TABLE t (a int, b int, CONSTRAINT z UNIQUE (a), CONSTRAINT b UNIQUE (a) INCLUDE (b));
CREATE TABLE f (a int REFERENCES t (a));
ALTER TABLE t DROP CONSTRAINT b;
-- Alike in all but their names, which only LIKE makes; the primary key is not the oldest.
CREATE TABLE source (a int CONSTRAINT first UNIQUE, b int, parent int);
ALTER TABLE source ADD PRIMARY KEY (a), ADD CONSTRAINT other UNIQUE (b);
ALTER TABLE source ADD CONSTRAINT again UNIQUE (a);
CREATE TABLE copy (LIKE source INCLUDING ALL, EXCLUDE (parent WITH =), FOREIGN KEY (parent) REFERENCES copy (a));
CREATE TABLE refers (a int REFERENCES copy (a));
ALTER TABLE copy DROP CONSTRAINT copy_pkey;
INSERT INTO copy VALUES (1, 2, NULL), (2, 3, 1);
INSERT INTO refers VALUES (2);
UPDATE copy SET b = 7 WHERE a = 2;
-- The partition's index that is attached is the oldest that fits.
CREATE TABLE p (a int UNIQUE, b int, parent int) PARTITION BY RANGE (a);
CREATE TABLE p1 (LIKE source INCLUDING ALL);
ALTER TABLE p1 DROP CONSTRAINT p1_pkey;
ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE p1 DROP CONSTRAINT p1_a_key1;
