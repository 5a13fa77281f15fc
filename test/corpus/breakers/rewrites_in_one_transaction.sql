-- A table made, filled, rewritten, filled and rewritten again in one transaction has its rows once.
BEGIN;
CREATE TABLE t (a int, b text);
INSERT INTO t VALUES (1, random()::text);
ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid();
CREATE TABLE child (d int) INHERITS (t);
INSERT INTO t VALUES (2, 'x', gen_random_uuid());
ALTER TABLE t ALTER b TYPE text USING NULL;
INSERT INTO child VALUES (3, 'y', gen_random_uuid(), 4);
COMMIT;
