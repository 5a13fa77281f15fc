-- ADD COLUMN with a volatile default rewrites the table: the values must come from the upstream.
CREATE TABLE t (i int PRIMARY KEY);
INSERT INTO t SELECT generate_series(1, 100);
ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid();
INSERT INTO t VALUES (101);
