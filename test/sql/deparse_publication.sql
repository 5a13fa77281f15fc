-- Publications, and subscriptions, which never run downstream.
CREATE SCHEMA du;
CREATE SCHEMA "du 2";
CREATE TABLE du.t (i integer PRIMARY KEY, "B" text, c integer);
CREATE TABLE du.u (i integer PRIMARY KEY);
CREATE TABLE du.child () INHERITS (du.u);
CREATE TABLE du.parts (i integer PRIMARY KEY) PARTITION BY LIST (i);
SELECT 1 FROM pg_create_logical_replication_slot('deparse_publication', 'pg_follower');
SET search_path = du;

CREATE PUBLICATION du_empty;
CREATE PUBLICATION "du everything" FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION du_tables FOR TABLE t (i, "B") WHERE (i > 5 AND "B" <> 'x'), ONLY u, parts
    WITH (publish_via_partition_root = true, publish = '');
CREATE PUBLICATION du_schemas FOR TABLES IN SCHEMA CURRENT_SCHEMA, "du 2", TABLE t;
ALTER PUBLICATION du_empty ADD TABLE t WHERE (c IS NULL), u;
ALTER PUBLICATION du_empty ADD TABLES IN SCHEMA "du 2";
ALTER PUBLICATION du_empty SET TABLE t WHERE (c IS NOT NULL), ONLY u;
ALTER PUBLICATION du_empty DROP TABLE t;
ALTER PUBLICATION du_empty SET (publish = 'update, delete');
ALTER PUBLICATION du_schemas DROP TABLES IN SCHEMA "du 2", TABLE t;
ALTER PUBLICATION du_empty RENAME TO "Du";
COMMENT ON PUBLICATION "Du" IS 'published';
DROP TABLE u CASCADE;
DROP PUBLICATION "du everything", du_schemas;

SET client_min_messages = error;
CREATE SUBSCRIPTION du_sub CONNECTION 'dbname=du_nowhere' PUBLICATION one, "Two"
    WITH (connect = false, slot_name = 'du', binary, streaming = on, synchronous_commit = 'off');
ALTER SUBSCRIPTION du_sub SET (slot_name = NONE);
ALTER SUBSCRIPTION du_sub SET (binary = false, disable_on_error = true);
ALTER SUBSCRIPTION du_sub CONNECTION 'dbname=''du elsewhere''';
ALTER SUBSCRIPTION du_sub SET PUBLICATION three WITH (refresh = false);
ALTER SUBSCRIPTION du_sub ADD PUBLICATION four WITH (refresh = false);
ALTER SUBSCRIPTION du_sub DROP PUBLICATION three WITH (refresh = false);
ALTER SUBSCRIPTION du_sub RENAME TO du_subscription;
COMMENT ON SUBSCRIPTION du_subscription IS 'subscribed';
SET client_min_messages = warning;
ALTER SUBSCRIPTION du_subscription CONNECTION 'dbname=du password=secret';
ALTER SUBSCRIPTION du_subscription CONNECTION 'postgresql://me:secret@nowhere/du';
SET pg_follower.user_mappings = on;
ALTER SUBSCRIPTION du_subscription CONNECTION 'dbname=du password=secret';
DROP SUBSCRIPTION du_subscription;

SELECT data FROM pg_logical_slot_get_changes('deparse_publication', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_publication');

-- The end.
DROP PUBLICATION "Du", du_tables;
DROP SCHEMA du, "du 2" CASCADE;
