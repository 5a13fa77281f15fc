-- ADD COLUMN DEFAULT clock_timestamp(): another time downstream would be other data.
CREATE TABLE t (i int);
INSERT INTO t SELECT generate_series(1, 100);
ALTER TABLE t ADD c timestamptz DEFAULT clock_timestamp();
ALTER TABLE t ADD d timestamptz DEFAULT now();
ALTER TABLE t ADD e float8 DEFAULT random(), ADD f text DEFAULT 'constant';
INSERT INTO t VALUES (101);
