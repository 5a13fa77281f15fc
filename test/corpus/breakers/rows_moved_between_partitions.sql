-- An UPDATE that moves a row to another partition, at several levels.
CREATE TABLE p (k int, s text, v text, PRIMARY KEY (k, s)) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (MINVALUE) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (s);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN ('a');
CREATE TABLE p2d PARTITION OF p2 DEFAULT;
INSERT INTO p SELECT g, chr(96 + g % 3 + 1), 'v' || g FROM generate_series(1, 19) g;
UPDATE p SET k = k + 10 WHERE k < 5;
UPDATE p SET s = 'a' WHERE s = 'b' AND k >= 15;
UPDATE p SET k = k - 18 WHERE k > 17;
DELETE FROM p WHERE v = 'v3';
