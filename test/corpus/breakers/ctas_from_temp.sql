-- CREATE TABLE AS from a temporary table.
CREATE TEMP TABLE src AS SELECT g AS i, 'x' || g AS v FROM generate_series(1, 20) g;
CREATE TABLE t AS SELECT * FROM src WHERE i > 10;
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
