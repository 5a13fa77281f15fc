-- ADD COLUMN GENERATED AS IDENTITY numbers the rows in the order of the upstream's heap.
CREATE TABLE t (v text);
INSERT INTO t SELECT 'v' || g FROM generate_series(1, 50) g;
UPDATE t SET v = v || 'x' WHERE v < 'v3';
ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5);
INSERT INTO t VALUES ('later');
