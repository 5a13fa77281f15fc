-- DROP: what was really dropped, object by object, dependents first.

CREATE TABLE alone (id integer PRIMARY KEY, g integer GENERATED ALWAYS AS (id * 2) STORED, CHECK (id > 0));
CREATE TABLE one (i integer);
CREATE TABLE two (i integer);
CREATE TEMPORARY TABLE temporary (i integer);
CREATE SCHEMA "we""ird";
CREATE SCHEMA s;
CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION s.g(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE PROCEDURE s.p() LANGUAGE sql AS 'SELECT 1';
-- Defaults, generated columns, checks and expression indexes that call functions which go too.
CREATE TABLE s.a (x integer PRIMARY KEY DEFAULT s.f(), y integer GENERATED ALWAYS AS (s.g(x)) STORED, CHECK (s.g(x) > 0));
CREATE INDEX ON s.a (s.g(x));
-- Foreign keys in a circle.
CREATE TABLE s.b (x integer REFERENCES s.a, z integer UNIQUE);
ALTER TABLE s.a ADD FOREIGN KEY (x) REFERENCES s.b (z);
CREATE VIEW s.v AS SELECT s.g(x) FROM s.a;
CREATE VIEW outside_view AS SELECT * FROM s.v;
CREATE TABLE outside (i integer DEFAULT s.f(), k integer REFERENCES s.a);
CREATE DOMAIN s.d AS integer CHECK (s.g(value) > 0);
CREATE TABLE s.dd (d s.d, c integer);
CREATE SEQUENCE s.owned OWNED BY s.a.x;
CREATE TYPE s.e AS ENUM ('a');
-- A column of a partitioned table that goes with its type.
CREATE TABLE outside_partitioned (e s.e, q integer) PARTITION BY LIST (q);
CREATE TABLE outside_partition PARTITION OF outside_partitioned FOR VALUES IN (1);
CREATE AGGREGATE s.agg(*) (sfunc = int8inc, stype = int8, initcond = '0');
CREATE OPERATOR s.+ (function = s.g, rightarg = integer);
CREATE CAST (s.e AS integer) WITH INOUT AS ASSIGNMENT;
-- Inherited constraints go with their parent's.
CREATE TABLE pk (a integer PRIMARY KEY);
CREATE TABLE fk (a integer REFERENCES pk) PARTITION BY LIST (a);
CREATE TABLE fk_1 PARTITION OF fk FOR VALUES IN (1);
CREATE TABLE parent (a integer, CHECK (a > 0));
CREATE TABLE child () INHERITS (parent);
CREATE TABLE with_trigger (i integer);
CREATE FUNCTION trigger_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t BEFORE INSERT ON with_trigger FOR EACH ROW EXECUTE FUNCTION trigger_function();
CREATE POLICY p ON with_trigger USING (true);
CREATE RULE r AS ON INSERT TO with_trigger DO ALSO NOTHING;
-- Views in a circle, and generated columns of an inheritance tree.
CREATE SCHEMA circle;
CREATE TABLE circle.t (a integer, g integer GENERATED ALWAYS AS (a + 1) STORED);
CREATE TABLE circle.t_child () INHERITS (circle.t);
CREATE VIEW circle.one AS SELECT a FROM circle.t;
CREATE VIEW circle.two AS SELECT a FROM circle.one;
CREATE OR REPLACE VIEW circle.one AS SELECT a FROM circle.two;
-- Clones of a trigger go with it.
CREATE TABLE cloned (a integer) PARTITION BY LIST (a);
CREATE TABLE cloned_1 PARTITION OF cloned FOR VALUES IN (1);
CREATE FUNCTION cloned_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t AFTER INSERT ON cloned FOR EACH ROW EXECUTE FUNCTION cloned_function();
-- A generated column goes with the column that it is made from.
CREATE TABLE made (a integer, b integer, c integer GENERATED ALWAYS AS (b * 2) STORED);
-- A column that goes with its type, and a view over it.
CREATE TYPE taking AS ENUM ('a');
CREATE TABLE taken (i integer PRIMARY KEY, "c d" taking);
CREATE VIEW taken_view AS SELECT * FROM taken;
CREATE TABLE parent_made (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE child_made () INHERITS (parent_made);
CREATE FUNCTION checking(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE checked (a integer, CONSTRAINT x CHECK (checking(a)));
CREATE TABLE checked_too (CONSTRAINT x CHECK (checking(a))) INHERITS (checked);
CREATE TABLE checked_as_well (CONSTRAINT x CHECK (checking(a))) INHERITS (checked_too);

SELECT 1 FROM pg_create_logical_replication_slot('deparse_drop', 'pg_follower');

DROP TABLE alone;
DROP TABLE IF EXISTS temporary, nothing, one, two;
DROP SCHEMA "we""ird";
DROP TRIGGER t ON with_trigger;
DROP POLICY p ON with_trigger;
DROP RULE r ON with_trigger;
DROP FUNCTION trigger_function;
DROP PROCEDURE s.p;
SET client_min_messages = warning;
DROP TABLE pk CASCADE;
DROP TABLE parent CASCADE;
DROP SCHEMA s CASCADE;
DROP SCHEMA circle CASCADE;
DROP FUNCTION cloned_function CASCADE;
ALTER TABLE made DROP COLUMN b CASCADE;
DROP TYPE taking CASCADE;
-- A generated column goes with what it is made from, and stays in children; so do not those that are defined again.
ALTER TABLE ONLY parent_made DROP COLUMN a CASCADE;
DROP FUNCTION checking CASCADE;
RESET client_min_messages;
-- In a function, and rolled back.
DO $$ BEGIN DROP TABLE fk; END $$;
BEGIN;
DROP TABLE outside;
ROLLBACK;

SELECT data FROM pg_logical_slot_get_changes('deparse_drop', NULL, NULL) WHERE data ~ '^(DROP|ALTER|--)';
SELECT pg_drop_replication_slot('deparse_drop');
DROP TABLE child_made, parent_made, checked_as_well, checked_too, checked;
