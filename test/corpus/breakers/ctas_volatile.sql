-- CREATE TABLE AS and SELECT INTO: rows as rows, never the query again.
CREATE TABLE t1 AS SELECT now() AS a, random() AS b, clock_timestamp() AS c FROM generate_series(1, 10);
SELECT random() AS r, g INTO t2 FROM generate_series(1, 10) g;
CREATE TABLE t3 (x, y) AS SELECT 'now'::timestamp, current_timestamp WITH NO DATA;
CREATE TABLE t4 AS SELECT 'now'::timestamp AS n;
CREATE TABLE IF NOT EXISTS t4 AS SELECT 1;
CREATE UNLOGGED TABLE t5 AS SELECT 1 AS one;
