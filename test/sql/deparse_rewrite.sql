-- Rewrites: what the downstream cannot compute from the row follows as rows.
SET client_min_messages = warning;
CREATE SCHEMA s;
SET search_path = s;
SET TimeZone = 'Asia/Tokyo';
CREATE FUNCTION volatile_twice(integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT $1 * 2';
CREATE FUNCTION immutable_twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION seven() RETURNS integer LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 7; END';
CREATE TABLE t (id integer PRIMARY KEY, v integer, at timestamp);
INSERT INTO t VALUES (1, 1, '2020-01-01 09:00'), (2, 2, NULL);
CREATE TABLE partitioned (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF partitioned FOR VALUES FROM (0) TO (10);
CREATE TABLE high PARTITION OF partitioned DEFAULT;
INSERT INTO partitioned VALUES (1), (11);
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE has_it (n integer, PRIMARY KEY (id)) INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2);
INSERT INTO has_it VALUES (3, 3);
CREATE TABLE referenced (id integer PRIMARY KEY);
CREATE TABLE referencing (id integer PRIMARY KEY REFERENCES referenced);
INSERT INTO referenced VALUES (1);
CREATE UNLOGGED TABLE unlogged (a integer PRIMARY KEY);
INSERT INTO unlogged VALUES (1);
SELECT 1 FROM pg_create_logical_replication_slot('deparse_rewrite', 'pg_follower');

ALTER TABLE t ADD COLUMN n integer DEFAULT seven();
ALTER TABLE t ADD COLUMN s serial, ADD COLUMN i integer GENERATED ALWAYS AS IDENTITY;
ALTER TABLE t ALTER v TYPE integer USING volatile_twice(v);
-- A conversion that depends on the time zone.
ALTER TABLE t ALTER at TYPE timestamptz;
ALTER TABLE t DROP COLUMN n, ADD COLUMN n integer DEFAULT seven(), ADD UNIQUE (s), ADD CHECK (n = 7);
-- Computed downstream.
ALTER TABLE t ALTER v TYPE bigint;
ALTER TABLE t ALTER id TYPE bigint USING immutable_twice(id);
-- Two defaults in one command.
ALTER TABLE t ADD COLUMN two integer DEFAULT seven(), ALTER COLUMN two SET DEFAULT 8;
ALTER TABLE partitioned ADD COLUMN n integer DEFAULT seven();
ALTER TABLE parent ADD COLUMN n integer DEFAULT seven();
ALTER TABLE referenced ADD COLUMN n integer DEFAULT seven();
ALTER TABLE unlogged SET LOGGED;
INSERT INTO unlogged VALUES (2);
ALTER TABLE unlogged SET UNLOGGED;
VACUUM FULL t;
BEGIN;
SAVEPOINT one;
ALTER TABLE child ADD COLUMN lost integer DEFAULT seven();
ROLLBACK TO one;
ALTER TABLE child ADD COLUMN kept integer DEFAULT seven();
UPDATE child SET kept = 8;
COMMIT;
-- a foreign key that the new type makes anew
COMMENT ON CONSTRAINT referencing_id_fkey ON referencing IS 'key';
ALTER TABLE referenced ALTER id TYPE bigint USING volatile_twice(id) / 2;
-- descendants are emptied before anything is evaluated for their rows
ALTER TABLE parent ALTER n TYPE bigint USING volatile_twice(n);
-- the default of an added column, which not every descendant has
CREATE TABLE merges (at timestamptz DEFAULT '2000-01-01') INHERITS (parent);
ALTER TABLE parent ADD COLUMN at timestamptz DEFAULT date_trunc('month', timestamptz '2020-01-01 09:00');
ALTER TABLE t ADD COLUMN later integer, ALTER later SET DEFAULT 5;

SELECT data FROM pg_logical_slot_get_changes('deparse_rewrite', NULL, NULL) WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
RESET search_path;
DROP SCHEMA s CASCADE;
SELECT pg_drop_replication_slot('deparse_rewrite');
