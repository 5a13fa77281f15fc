-- CREATE TRIGGER in every form.
CREATE SCHEMA s;
CREATE TABLE base (id integer PRIMARY KEY, a integer, "B" text);
CREATE TABLE s.other (id integer);
CREATE VIEW base_view AS SELECT * FROM base;
CREATE TABLE parted (id integer, a integer) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT FROM pg_create_logical_replication_slot('deparse_trigger', 'pg_follower');

CREATE TRIGGER before BEFORE INSERT OR UPDATE ON base FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE TRIGGER of_columns AFTER UPDATE OF a, "B" ON base FOR EACH ROW WHEN (old.a IS DISTINCT FROM new.a AND new."B" <> 'it''s') EXECUTE FUNCTION s.f('one', 'it''s \ two');
CREATE TRIGGER for_statement AFTER TRUNCATE ON base EXECUTE FUNCTION s.f();
CREATE TRIGGER with_tables AFTER UPDATE ON base REFERENCING OLD TABLE AS was NEW TABLE AS "Is" FOR EACH STATEMENT EXECUTE FUNCTION s.f();
CREATE TRIGGER instead INSTEAD OF DELETE ON base_view FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE CONSTRAINT TRIGGER checks AFTER INSERT ON base FROM s.other DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE OR REPLACE TRIGGER before BEFORE DELETE ON base FOR EACH ROW EXECUTE FUNCTION s.f();
SET search_path = s, public;
CREATE TRIGGER by_path BEFORE INSERT ON other FOR EACH ROW EXECUTE PROCEDURE f();
RESET search_path;
-- The partitions' clones come by themselves.
CREATE TRIGGER on_all AFTER INSERT ON parted FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
ALTER TRIGGER on_all ON parted RENAME TO "on each";
ALTER TABLE parted_1 DISABLE TRIGGER "on each";
ALTER TABLE base ENABLE REPLICA TRIGGER before;
ALTER TABLE base DISABLE TRIGGER USER;
DROP TRIGGER "on each" ON parted;
DROP TRIGGER before ON base;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_trigger', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP TABLE base, parted CASCADE;
DROP SCHEMA s CASCADE;
SELECT FROM pg_drop_replication_slot('deparse_trigger');
