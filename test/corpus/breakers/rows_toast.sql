-- Out-of-line values that an UPDATE does not touch are not in WAL.
CREATE TABLE t (i int PRIMARY KEY, big text, small int);
ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
INSERT INTO t SELECT g, repeat(md5(g::text), 2000), g FROM generate_series(1, 5) g;
UPDATE t SET small = small + 1;
UPDATE t SET i = i + 100 WHERE i < 3;
CREATE TABLE full_identity (big text, small int, b bytea);
INSERT INTO full_identity SELECT big, small, decode(repeat('00ff', 20000), 'hex') FROM t;
UPDATE full_identity SET small = small + 1;
DELETE FROM full_identity WHERE small = 4;
UPDATE full_identity SET big = 'short' WHERE small = 5;
