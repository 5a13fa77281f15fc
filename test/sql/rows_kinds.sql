-- Every kind of row change, in the form sql.
\set changes 'SELECT data FROM pg_logical_slot_get_changes(''regress_kinds'', NULL, NULL) WHERE data !~ ''^SET [A-Za-z_]+ = '';'
CREATE TABLE kinds (id int PRIMARY KEY, t text, n numeric, b boolean);
CREATE TABLE kinds_other (LIKE kinds INCLUDING ALL);
SELECT 'created' FROM pg_create_logical_replication_slot('regress_kinds', 'pg_follower', true);

INSERT INTO kinds VALUES (1, 'one', 1.10, true), (2, NULL, NULL, NULL), (3, '', 0, false);
UPDATE kinds SET t = 'two' WHERE id = 2;
UPDATE kinds SET id = -2 WHERE id = 2;
DELETE FROM kinds WHERE id = 3;
:changes

-- One transaction, with what was rolled back left out
BEGIN;
INSERT INTO kinds VALUES (4, 'kept', 4, true);
SAVEPOINT s;
INSERT INTO kinds VALUES (5, 'lost', 5, true);
ROLLBACK TO s;
INSERT INTO kinds_other VALUES (5, 'kept', 5, true);
COMMIT;
BEGIN;
INSERT INTO kinds VALUES (6, 'lost', 6, true);
ROLLBACK;
:changes

-- A transaction that changes nothing of interest leaves nothing.
BEGIN;
CREATE TEMP TABLE kinds_temp AS SELECT 1 AS id;
UPDATE kinds_temp SET id = 2;
COMMIT;
SELECT pg_logical_slot_get_changes('regress_kinds', NULL, NULL);

-- Statements that change rows in their own ways
INSERT INTO kinds VALUES (4, 'conflict', 0, false) ON CONFLICT (id) DO UPDATE SET t = kinds.t || ' and updated';
INSERT INTO kinds VALUES (4, 'conflict', 0, false), (7, 'new', 7, false) ON CONFLICT DO NOTHING;
:changes
COPY kinds FROM stdin;
8	copied	8	t
9	\N	NaN	f
\.
:changes
MERGE INTO kinds AS k
USING (VALUES (8, 'merged'), (9, 'gone'), (10, 'born')) AS v (id, t) ON k.id = v.id
WHEN MATCHED AND v.t = 'gone' THEN DELETE
WHEN MATCHED THEN UPDATE SET t = v.t
WHEN NOT MATCHED THEN INSERT (id, t) VALUES (v.id, v.t);
:changes
WITH moved AS (DELETE FROM kinds WHERE id >= 8 RETURNING *)
INSERT INTO kinds_other SELECT * FROM moved;
:changes
UPDATE kinds SET id = id WHERE id = 1;
:changes
TRUNCATE kinds, kinds_other;
:changes

-- Tables without rows to follow: unlogged ones, materialized views
CREATE UNLOGGED TABLE kinds_unlogged (id int PRIMARY KEY);
SET client_min_messages = error;
CREATE MATERIALIZED VIEW kinds_view AS SELECT 1 AS id;
RESET client_min_messages;
SELECT 'skipped' FROM pg_logical_slot_get_changes('regress_kinds', NULL, NULL) LIMIT 1;
INSERT INTO kinds_unlogged VALUES (1);
TRUNCATE kinds_unlogged;
SET client_min_messages = error;
REFRESH MATERIALIZED VIEW kinds_view;
RESET client_min_messages;
SELECT data FROM pg_logical_slot_get_changes('regress_kinds', NULL, NULL) WHERE data ~ 'INSERT|TRUNCATE|UPDATE';

-- Rows that cannot follow, because the table has no replica identity: counted, and warned of once a session.
CREATE TABLE kinds_nothing (id int PRIMARY KEY, t text);
SET client_min_messages = error;
ALTER TABLE kinds_nothing REPLICA IDENTITY NOTHING;
RESET client_min_messages;
SELECT 'skipped' FROM pg_logical_slot_get_changes('regress_kinds', NULL, NULL) LIMIT 1;
INSERT INTO kinds_nothing SELECT i, 'row' FROM generate_series(1, 3) AS i;
BEGIN;
UPDATE kinds_nothing SET t = 'changed';
DELETE FROM kinds_nothing WHERE id = 2;
COMMIT;
DELETE FROM kinds_nothing WHERE id = 1;
:changes
DROP TABLE kinds_nothing;

SELECT pg_drop_replication_slot('regress_kinds');
SET client_min_messages = error;
DROP MATERIALIZED VIEW kinds_view;
RESET client_min_messages;
DROP TABLE kinds, kinds_other, kinds_unlogged;
