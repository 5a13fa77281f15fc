-- What version 18 brought.
SELECT current_setting('server_version_num')::integer < 180000 AS older \gset
\if :older
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION btree_gist;
RESET client_min_messages;
SELECT FROM pg_create_logical_replication_slot('since_18', 'pg_follower');

-- NOT NULL is a constraint, with a name.
CREATE TABLE named (a integer CONSTRAINT "A has" NOT NULL, b integer NOT NULL, c integer NOT NULL NO INHERIT,
    d integer CONSTRAINT d_only NOT NULL NO INHERIT, e integer, CONSTRAINT e_has NOT NULL e, f integer PRIMARY KEY);
-- A name that another table's constraint has already: the server chooses another one.
CREATE TABLE name_taken (x integer CONSTRAINT numbered_a_not_null CHECK (x > 0));
CREATE TABLE numbered (a integer NOT NULL);
-- A name that the server would choose for another column.
CREATE TABLE crossed (a integer CONSTRAINT crossed_b_not_null NOT NULL, b integer NOT NULL);
CREATE TABLE inheriting (x integer) INHERITS (named);
CREATE TABLE inheriting_more (CONSTRAINT own NOT NULL e, NOT NULL d) INHERITS (named);
CREATE TABLE merging (b integer, a integer NOT NULL, d integer) INHERITS (named);
CREATE TABLE alike (LIKE named);
CREATE TABLE parted (a integer NOT NULL, b integer, c integer CONSTRAINT c_has NOT NULL) PARTITION BY LIST (a);
CREATE TABLE part_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE part_2 PARTITION OF parted (b CONSTRAINT b_has NOT NULL, c NOT NULL, a DEFAULT 2) FOR VALUES IN (2);
CREATE TYPE composite AS (x integer, y integer);
CREATE TABLE typed OF composite (x CONSTRAINT x_has NOT NULL, y WITH OPTIONS NOT NULL);

CREATE TABLE t (a integer, b integer, c integer, d integer, e integer, f integer);
CREATE TABLE child () INHERITS (t);
ALTER TABLE t ALTER a SET NOT NULL, ADD CONSTRAINT b_has NOT NULL b, ADD NOT NULL c,
    ADD CONSTRAINT d_has NOT NULL d NOT VALID, ADD CONSTRAINT e_has NOT NULL e NO INHERIT;
ALTER TABLE t ADD NOT NULL a, ADD CONSTRAINT b_has NOT NULL b, ALTER c SET NOT NULL;
ALTER TABLE t ADD g integer CONSTRAINT g_has NOT NULL, ADD h integer DEFAULT 1 NOT NULL NO INHERIT, ADD i serial;
ALTER TABLE t ADD PRIMARY KEY (f);
ALTER TABLE t VALIDATE CONSTRAINT d_has;
ALTER TABLE t ALTER CONSTRAINT e_has INHERIT;
ALTER TABLE t ALTER CONSTRAINT t_c_not_null NO INHERIT;
ALTER TABLE t RENAME CONSTRAINT b_has TO b_is;
COMMENT ON CONSTRAINT b_is ON t IS 'a comment';
ALTER TABLE child ALTER a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT b_is;
ALTER TABLE t ALTER d DROP NOT NULL, DROP CONSTRAINT t_a_not_null;
ALTER TABLE ONLY t ALTER b SET NOT NULL;
ALTER TABLE t ALTER b DROP NOT NULL, ADD CONSTRAINT chosen NOT NULL b;
ALTER TABLE t ADD CONSTRAINT j_has NOT NULL j, ADD j integer;
ALTER TABLE t RENAME TO renamed;
ALTER TABLE renamed ALTER d SET NOT NULL;
DROP TABLE renamed CASCADE;

-- Domains have such constraints from version 17 on.
CREATE DOMAIN named_domain AS integer CONSTRAINT has_value NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN plain_domain AS integer;
ALTER DOMAIN plain_domain SET NOT NULL;
ALTER DOMAIN plain_domain DROP NOT NULL;
ALTER DOMAIN plain_domain ADD CONSTRAINT has_value NOT NULL;
ALTER DOMAIN plain_domain ADD NOT NULL;
ALTER DOMAIN plain_domain DROP CONSTRAINT has_value;
ALTER DOMAIN plain_domain ADD NOT NULL;

-- Generated columns that are not stored.
CREATE TABLE computed (id integer PRIMARY KEY, a integer, v integer GENERATED ALWAYS AS (a * 2), w integer NOT NULL
    GENERATED ALWAYS AS (a * 3) VIRTUAL, s integer GENERATED ALWAYS AS (a * 4) STORED, CHECK (v > 0));
INSERT INTO computed VALUES (1, 10);
UPDATE computed SET a = 11;
ALTER TABLE computed ADD x integer GENERATED ALWAYS AS (a + 1) VIRTUAL;
ALTER TABLE computed REPLICA IDENTITY FULL;
UPDATE computed SET a = 12;
DELETE FROM computed;
CREATE TABLE computed_by_parent (LIKE computed INCLUDING ALL);
CREATE TABLE computed_child (v integer GENERATED ALWAYS AS (a * 7) VIRTUAL) INHERITS (computed);
CREATE TABLE computed_parted (a integer, v integer GENERATED ALWAYS AS (a * 2)) PARTITION BY LIST (a);
CREATE TABLE computed_part PARTITION OF computed_parted (v GENERATED ALWAYS AS (a * 3)) FOR VALUES IN (1);
ALTER TABLE computed_parted ALTER v SET EXPRESSION AS (a * 5);
CREATE TABLE only_computed (v integer GENERATED ALWAYS AS (1));
INSERT INTO only_computed DEFAULT VALUES;
DELETE FROM only_computed;

-- Keys and foreign keys over periods.
CREATE TABLE room (id integer, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE booking (room integer, during daterange, CONSTRAINT in_time FOREIGN KEY (room, PERIOD during)
    REFERENCES room (id, PERIOD during));
ALTER TABLE booking ADD UNIQUE (room, during WITHOUT OVERLAPS);
INSERT INTO room VALUES (1, '[2020-01-01,2020-02-01)'), (1, '[2020-02-01,2020-03-01)');
UPDATE room SET during = '[2020-02-01,2020-04-01)' WHERE during @> '2020-02-15'::date;
DELETE FROM room WHERE during @> '2020-01-15'::date;
DROP TABLE booking;
DROP TABLE room;

-- Constraints that are not enforced, or not valid yet.
CREATE TABLE target (id integer PRIMARY KEY);
CREATE TABLE loose (a integer CONSTRAINT a_loose CHECK (a > 0) NOT ENFORCED,
    b integer CONSTRAINT b_loose REFERENCES target NOT ENFORCED);
ALTER TABLE loose ADD CONSTRAINT sum_loose CHECK (a + b > 0) NOT ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose NOT ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE referring (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE referring_1 PARTITION OF referring FOR VALUES IN (1);
ALTER TABLE referring ADD CONSTRAINT b_refers FOREIGN KEY (b) REFERENCES target NOT VALID;
ALTER TABLE referring VALIDATE CONSTRAINT b_refers;

-- Publications, default privileges, statistics.
CREATE PUBLICATION with_stored FOR TABLE computed WITH (publish_generated_columns = stored);
ALTER PUBLICATION with_stored SET (publish = 'insert');
ALTER PUBLICATION with_stored SET (publish_generated_columns = none);
CREATE ROLE regress_since_18;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO regress_since_18;
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON LARGE OBJECTS FROM regress_since_18;
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE far (LIKE computed INCLUDING ALL) SERVER nowhere;
ALTER FOREIGN TABLE far ADD CONSTRAINT a_has NOT NULL a;
CREATE COLLATION fast (PROVIDER = builtin, LOCALE = 'PG_UNICODE_FAST');

\pset format unaligned
\pset tuples_only on
-- The words of an older version.
SELECT data FROM pg_logical_slot_peek_changes('since_18', NULL, NULL, 'downstream-version', '15')
WHERE data ~ 'NOT NULL|CONSTRAINT';
-- And those of this one.
SELECT data FROM pg_logical_slot_get_changes('since_18', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)' AND data !~ 'REPLICA IDENTITY FULL;$';
SET client_min_messages = warning;
DROP TABLE named, name_taken, numbered, crossed, alike, parted, typed, computed, computed_by_parent, computed_parted,
    only_computed, target, loose, referring CASCADE;
DROP TYPE composite;
DROP DOMAIN named_domain, plain_domain;
DROP PUBLICATION with_stored;
DROP FOREIGN DATA WRAPPER nowhere CASCADE;
DROP COLLATION fast;
DROP ROLE regress_since_18;
DROP EXTENSION btree_gist CASCADE;
SELECT FROM pg_drop_replication_slot('since_18');
