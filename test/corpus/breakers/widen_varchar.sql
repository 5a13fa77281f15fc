-- Widening a varchar rewrites nothing; narrowing does.
CREATE TABLE t (i int PRIMARY KEY, v varchar(5), n numeric(5,2), ts timestamp(3));
INSERT INTO t VALUES (1, 'abc', 1.25, '2024-01-01 00:00:00.123');
ALTER TABLE t ALTER v TYPE varchar(50);
ALTER TABLE t ALTER v TYPE text, ALTER n TYPE numeric(8,2), ALTER ts TYPE timestamp;
INSERT INTO t VALUES (2, repeat('x', 100), 100000.25, now());
ALTER TABLE t ALTER v TYPE varchar(3) USING left(v, 3), ALTER n TYPE numeric(8,1), ALTER ts TYPE date;
ALTER TABLE t ALTER i TYPE bigint;
