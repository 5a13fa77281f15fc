-- A temporary table of a permanent table's name: statements about the bare name mean the temporary one.
CREATE TABLE shadow (i int);
INSERT INTO shadow VALUES (1), (2);
CREATE TEMP TABLE shadow (j text);
ALTER TABLE shadow ADD k int;
INSERT INTO shadow VALUES ('x', 1);
CREATE INDEX shadow_idx ON shadow (j);
TRUNCATE shadow;
DROP TABLE shadow;
INSERT INTO shadow VALUES (3);
