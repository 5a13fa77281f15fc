-- CREATE RULE in every form.
CREATE TABLE base (id integer PRIMARY KEY, a integer);
CREATE TABLE log (id integer, what text);
CREATE VIEW base_view AS SELECT * FROM base;
SELECT FROM pg_create_logical_replication_slot('deparse_rule', 'pg_follower');

CREATE RULE nothing AS ON INSERT TO base WHERE new.a < 0 DO INSTEAD NOTHING;
CREATE RULE also AS ON UPDATE TO base DO ALSO INSERT INTO log VALUES (old.id, 'it''s \ new');
CREATE RULE several AS ON DELETE TO base DO (DELETE FROM log WHERE id = old.id; INSERT INTO log VALUES (old.id, 'del'); NOTIFY gone);
CREATE RULE "insert it" AS ON INSERT TO base_view DO INSTEAD INSERT INTO base VALUES (new.id, new.a) RETURNING *;
CREATE OR REPLACE RULE also AS ON UPDATE TO base WHERE old.a <> new.a DO ALSO INSERT INTO log SELECT new.id, b.a::text FROM base b WHERE b.id = new.id;
ALTER RULE also ON base RENAME TO as_well;
ALTER TABLE base DISABLE RULE as_well;
ALTER TABLE base ENABLE ALWAYS RULE nothing;
DROP RULE nothing ON base;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_rule', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
DROP VIEW base_view;
DROP TABLE base, log;
SELECT FROM pg_drop_replication_slot('deparse_rule');
