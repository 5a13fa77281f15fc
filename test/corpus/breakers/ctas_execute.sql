-- CREATE TABLE AS EXECUTE: the prepared statement exists only in the upstream's session.
PREPARE p(int) AS SELECT g, random() AS r FROM generate_series(1, $1) g;
CREATE TABLE t AS EXECUTE p(10);
CREATE TABLE t2 (a, b) WITH (fillfactor = 70) AS EXECUTE p(3) WITH NO DATA;
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) CREATE TABLE t3 AS EXECUTE p(4);
