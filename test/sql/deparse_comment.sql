-- COMMENT on every kind of object.
\getenv folder PG_ABS_SRCDIR
\set objects :folder '/sql/objects/every_kind.sql'
\i :objects
CREATE CAST (composite AS text) WITH INOUT;
CREATE TABLE parted (id integer) PARTITION BY LIST (id);
SELECT FROM pg_create_logical_replication_slot('deparse_comment', 'pg_follower');

COMMENT ON SCHEMA s IS 'it''s a \ schema';
COMMENT ON TABLE t IS 'a
table';
COMMENT ON TABLE t IS NULL;
COMMENT ON TABLE parted IS 'parted';
COMMENT ON COLUMN t."B b" IS 'column';
COMMENT ON COLUMN v.a IS 'view column';
COMMENT ON COLUMN mv.id IS 'materialized view column';
COMMENT ON COLUMN composite.x IS 'attribute';
COMMENT ON COLUMN ft.x IS 'foreign column';
COMMENT ON CONSTRAINT t_a ON t IS 'constraint';
COMMENT ON CONSTRAINT dom_check ON DOMAIN dom IS 'domain constraint';
COMMENT ON INDEX t_index IS 'index';
COMMENT ON SEQUENCE seq IS 'sequence';
COMMENT ON VIEW v IS 'view';
COMMENT ON MATERIALIZED VIEW mv IS 'materialized view';
COMMENT ON FOREIGN TABLE ft IS 'foreign table';
COMMENT ON FUNCTION f(integer, text, VARIADIC numeric[]) IS 'function';
COMMENT ON FUNCTION no_arguments() IS 'function';
COMMENT ON PROCEDURE p IS 'procedure';
COMMENT ON ROUTINE no_arguments IS 'routine';
COMMENT ON AGGREGATE agg (*) IS 'aggregate';
COMMENT ON AGGREGATE agg (integer) IS 'aggregate';
COMMENT ON TYPE composite IS 'composite';
COMMENT ON TYPE enumerated IS 'enumerated';
COMMENT ON TYPE ranged IS 'range';
COMMENT ON DOMAIN dom IS 'domain';
COMMENT ON TYPE dom IS 'domain as type';
COMMENT ON CAST (composite AS text) IS 'cast';
COMMENT ON OPERATOR === (integer, integer) IS 'operator';
COMMENT ON OPERATOR !== (NONE, integer) IS 'prefix operator';
COMMENT ON OPERATOR CLASS cls USING btree IS 'operator class';
COMMENT ON OPERATOR FAMILY fam USING btree IS 'operator family';
COMMENT ON COLLATION coll IS 'collation';
COMMENT ON CONVERSION conv IS 'conversion';
COMMENT ON TEXT SEARCH DICTIONARY dict IS 'dictionary';
COMMENT ON TEXT SEARCH CONFIGURATION config IS 'configuration';
COMMENT ON TEXT SEARCH PARSER parser IS 'parser';
COMMENT ON TEXT SEARCH TEMPLATE template IS 'template';
COMMENT ON STATISTICS stats IS 'statistics';
COMMENT ON RULE rule ON t IS 'rule';
COMMENT ON TRIGGER trg ON t IS 'trigger';
COMMENT ON POLICY pol ON t IS 'policy';
COMMENT ON FOREIGN DATA WRAPPER fdw IS 'wrapper';
COMMENT ON SERVER srv IS 'server';
COMMENT ON PUBLICATION pub IS 'publication';
COMMENT ON LANGUAGE plpgsql IS 'PL/pgSQL procedural language';
COMMENT ON ACCESS METHOD btree IS 'b-tree index access method';
COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';
COMMENT ON INDEX t_key IS 'index of a constraint';
CREATE TABLE alike (LIKE t INCLUDING ALL);
-- Nothing of temporary objects.
CREATE TEMPORARY TABLE temporary (i integer);
COMMENT ON COLUMN temporary.i IS 'column';

\pset format unaligned
\pset tuples_only on
-- From version 18 on, LIKE copies the names of NOT NULL constraints.
SELECT replace(data, ' CONSTRAINT t_id_not_null', '') FROM pg_logical_slot_get_changes('deparse_comment', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP PUBLICATION IF EXISTS pub, new_pub;
DROP FOREIGN DATA WRAPPER IF EXISTS fdw, new_fdw CASCADE;
DROP SCHEMA IF EXISTS o, s, new_s CASCADE;
RESET search_path;
SELECT FROM pg_drop_replication_slot('deparse_comment');
