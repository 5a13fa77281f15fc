-- ALTER COLUMN TYPE USING a volatile expression.
CREATE TABLE t (i int PRIMARY KEY, c int);
INSERT INTO t SELECT g, g FROM generate_series(1, 100) g;
ALTER TABLE t ALTER c TYPE text USING random()::text;
ALTER TABLE t ALTER c TYPE float8 USING c::float8 + random();
