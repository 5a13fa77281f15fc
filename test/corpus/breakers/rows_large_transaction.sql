-- A transaction larger than logical_decoding_work_mem, with DDL in its middle.
SET synchronous_commit = on;
BEGIN;
CREATE TABLE t (i int PRIMARY KEY, v text);
INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 60000) g;
ALTER TABLE t ADD w int DEFAULT 4;
UPDATE t SET w = i WHERE i % 10 = 0;
DELETE FROM t WHERE i % 7 = 0;
COMMIT;
CREATE TABLE wide (i int PRIMARY KEY, v text, b bytea);
INSERT INTO wide VALUES (1, repeat('it''s \ ', 2000000), decode(repeat('ab', 4000000), 'hex'));
UPDATE wide SET i = 2;
