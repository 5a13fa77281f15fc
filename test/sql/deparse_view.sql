-- CREATE VIEW and what ALTER VIEW does, in every form.
CREATE SCHEMA s;
CREATE ROLE regress_view;
CREATE TABLE base (id integer PRIMARY KEY, a integer, b text);
CREATE TABLE s.other (id integer, "Upper" text);
CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
SELECT FROM pg_create_logical_replication_slot('deparse_view', 'pg_follower');

CREATE VIEW simple AS SELECT * FROM base;
CREATE VIEW columns (x, "Y y", z) AS SELECT id, a, b FROM base;
CREATE OR REPLACE VIEW columns (x, "Y y", z, more) AS SELECT id, a, b, s.f(a) FROM base;
CREATE VIEW options WITH (security_barrier, security_invoker = true) AS SELECT a FROM base WHERE a > 0;
CREATE OR REPLACE VIEW options AS SELECT a FROM base WHERE a > 1;
CREATE VIEW checked_locally AS SELECT a FROM base WHERE a > 0 WITH LOCAL CHECK OPTION;
CREATE VIEW checked AS SELECT a FROM base WHERE a > 0 WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE VIEW grouped AS SELECT id, b FROM base GROUP BY id;
CREATE VIEW no_columns AS SELECT;
CREATE VIEW s.quoted AS SELECT E'it''s a \\ backslash' AS "select", o."Upper" FROM s.other o JOIN base USING (id);
SET search_path = s;
CREATE VIEW by_path AS SELECT f(id), '2024-01-02'::date AS d, interval '1 day' AS i FROM other;
RESET search_path;
CREATE SCHEMA made AUTHORIZATION regress_view CREATE TABLE t (i integer) CREATE VIEW v AS SELECT i FROM t;
-- An outer join without a condition, which the server writes as ON TRUE, and one with a condition.
CREATE VIEW natural_join AS SELECT * FROM (VALUES (1)) a (x) NATURAL LEFT JOIN (VALUES (2)) b (y);
CREATE VIEW true_join AS SELECT * FROM (VALUES (1)) a (x) LEFT JOIN (VALUES (2)) b (y) ON true;
-- A table that its rule turns into a view.
CREATE TABLE s.becomes_view (i integer);
CREATE RULE "_RETURN" AS ON SELECT TO s.becomes_view DO INSTEAD SELECT 1 AS i;
ALTER VIEW simple ALTER COLUMN a SET DEFAULT 7;
ALTER VIEW simple SET (check_option = local);
ALTER VIEW simple RESET (check_option);
ALTER VIEW simple RENAME COLUMN b TO bb;
-- A view of a temporary table is temporary, too.
CREATE TEMPORARY TABLE temporary (i integer);
CREATE VIEW of_temporary AS SELECT * FROM temporary;
DROP VIEW of_temporary;
DROP VIEW simple;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_view', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP TABLE base CASCADE;
DROP VIEW no_columns, numbers, natural_join, true_join;
DROP SCHEMA s, made CASCADE;
DROP ROLE regress_view;
SELECT FROM pg_drop_replication_slot('deparse_view');
