SET client_min_messages = warning;
SET search_path = statements;
INSERT INTO plain SELECT i, 'row ' || i FROM generate_series(1, 10) AS i;
INSERT INTO plain VALUES (1, 'conflict'), (11, 'new') ON CONFLICT (id) DO UPDATE SET a = excluded.a || ' won', n = plain.n + 1;
INSERT INTO plain VALUES (1, 'conflict'), (12, 'new') ON CONFLICT DO NOTHING;
COPY plain (id, a) FROM stdin;
20	copied
21	\N
22	tab\there
\.
MERGE INTO plain AS p USING (VALUES (20, 'merged'), (21, 'gone'), (23, 'born')) AS v (id, a) ON p.id = v.id
WHEN MATCHED AND v.a = 'gone' THEN DELETE
WHEN MATCHED THEN UPDATE SET a = v.a
WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.a);
WITH gone AS (DELETE FROM plain WHERE id = 22 RETURNING *), again AS (INSERT INTO plain SELECT id + 100, a FROM gone RETURNING *)
UPDATE plain SET n = 5 FROM again WHERE plain.id = again.id - 102;
UPDATE plain SET id = id + 1000;
UPDATE plain SET id = id - 1000;
-- Moves between partitions
INSERT INTO parted (k, a) VALUES (1, 'low'), (5, 'low'), (10, 'high'), (15, 'rest'), (16, 'rest');
UPDATE parted SET a = a || '!' WHERE k IN (1, 10, 15);
UPDATE parted SET k = 11 WHERE k = 5;
UPDATE parted SET k = k - 10 WHERE k = 15;
UPDATE parted_high SET k = 12 WHERE k = 11;
DELETE FROM parted WHERE k = 16;
INSERT INTO parted_high (k, a, id) VALUES (13, 'direct', 100);
-- Inheritance
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (1, 'child', 1), (2, 'child', 2);
INSERT INTO grandchild VALUES (1, 'grandchild', 1, 1);
UPDATE parent SET a = a || '!' WHERE id = 1;
UPDATE ONLY parent SET a = a || '?';
DELETE FROM parent WHERE a = 'child';
-- Views, rules, triggers
INSERT INTO simple VALUES (50, 'by view');
UPDATE simple SET a = 'updated by view' WHERE id = 50;
DELETE FROM simple WHERE id = 3;
INSERT INTO instead VALUES (60, 'row');
INSERT INTO ruled VALUES (1, 'one'), (2, 'two');
DELETE FROM ruled WHERE id = 1;
INSERT INTO triggered VALUES (1, 'one'), (2, 'two'), (3, 'three');
UPDATE triggered SET a = 'uno' WHERE id = 1;
DELETE FROM triggered WHERE id = 2;
-- Foreign keys
INSERT INTO owner SELECT generate_series(0, 5);
INSERT INTO owned_cascade SELECT i, i FROM generate_series(1, 5) AS i;
INSERT INTO owned_null SELECT i, i FROM generate_series(1, 3) AS i;
INSERT INTO owned_default SELECT i, i FROM generate_series(1, 2) AS i;
DELETE FROM owner WHERE id = 1;
UPDATE owned_default SET owner = 0;
UPDATE owner SET id = 20 WHERE id = 2;
BEGIN;
INSERT INTO owned_late VALUES (1, 77), (2, 20);
INSERT INTO owner VALUES (77);
COMMIT;
-- Late checks
INSERT INTO late_unique SELECT i, i FROM generate_series(1, 5) AS i;
UPDATE late_unique SET u = u + 1;
BEGIN;
UPDATE late_unique SET u = 3 WHERE id = 1;
UPDATE late_unique SET u = 100 WHERE id = 2;
COMMIT;
INSERT INTO late_key SELECT i, 'row ' || i FROM generate_series(1, 5) AS i;
UPDATE late_key SET id = id + 1;
DELETE FROM late_key WHERE id = 3;
-- What does not follow
INSERT INTO unlogged VALUES (3);
CREATE TEMP TABLE plain (id int);
INSERT INTO plain VALUES (-1);
DROP TABLE pg_temp.plain;
INSERT INTO secured VALUES (1, 'one'), (2, 'two');
UPDATE secured SET a = 'changed' WHERE id = 1;
DELETE FROM secured WHERE id = 2;
-- TRUNCATE
INSERT INTO cut SELECT FROM generate_series(1, 3);
INSERT INTO cut_child VALUES (1), (2);
INSERT INTO cut_parted SELECT i % 2 + 1 FROM generate_series(1, 6) AS i;
INSERT INTO cut_parent VALUES (1);
INSERT INTO cut_child_of VALUES (2);
TRUNCATE ONLY cut_parent;
TRUNCATE cut_parted_1;
INSERT INTO cut_parted VALUES (1);
TRUNCATE cut_parted, cut CASCADE;
INSERT INTO cut DEFAULT VALUES;
INSERT INTO cut_child VALUES (4);
TRUNCATE cut, cut_parted RESTART IDENTITY CASCADE;
INSERT INTO cut DEFAULT VALUES;
INSERT INTO cut_parted VALUES (2);
INSERT INTO cut_child VALUES (1);
TRUNCATE owner CASCADE;
BEGIN;
TRUNCATE cut_child;
INSERT INTO cut_child VALUES (1);
ROLLBACK;
-- Subtransactions
BEGIN;
INSERT INTO plain (id, a) VALUES (200, 'kept');
SAVEPOINT a;
INSERT INTO plain (id, a) VALUES (201, 'lost');
SAVEPOINT b;
UPDATE plain SET a = 'lost' WHERE id = 200;
RELEASE b;
ROLLBACK TO a;
UPDATE plain SET a = a || ' and changed' WHERE id = 200;
SAVEPOINT c;
INSERT INTO plain (id, a) VALUES (202, 'kept');
RELEASE c;
COMMIT;
DO $$
BEGIN
    FOR i IN 1 .. 10000 LOOP
        BEGIN
            INSERT INTO statements.plain (id, a) VALUES (10000 + i, 'savepoint');
            IF i % 10 <> 0 THEN
                RAISE EXCEPTION 'undone';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
END
$$;
-- A transaction that is rolled back, and two that are prepared
BEGIN;
DELETE FROM plain;
ROLLBACK;
BEGIN;
INSERT INTO plain (id, a) VALUES (300, 'prepared');
UPDATE plain SET n = 300 WHERE id = 1;
PREPARE TRANSACTION 'rows_committed';
BEGIN;
INSERT INTO plain (id, a) VALUES (301, 'prepared');
PREPARE TRANSACTION 'rows_rolled_back';
INSERT INTO plain (id, a) VALUES (302, 'between');
COMMIT PREPARED 'rows_committed';
ROLLBACK PREPARED 'rows_rolled_back';
