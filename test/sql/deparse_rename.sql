-- RENAME of every kind of object: the old name is known from the statement alone.
\getenv folder PG_ABS_SRCDIR
\set objects :folder '/sql/objects/every_kind.sql'
\i :objects
CREATE TABLE child () INHERITS (t);
CREATE TABLE typed OF composite;
SELECT FROM pg_create_logical_replication_slot('deparse_rename', 'pg_follower');

ALTER SCHEMA s RENAME TO new_s;
ALTER TABLE t RENAME COLUMN "B b" TO "C ""c""";
ALTER TABLE ONLY child RENAME CONSTRAINT t_a TO nothing_of_the_kind;
ALTER TABLE t RENAME CONSTRAINT t_a TO new_t_a;
ALTER TABLE t RENAME CONSTRAINT t_key TO new_t_key;
ALTER RULE rule ON t RENAME TO new_rule;
ALTER TRIGGER trg ON t RENAME TO new_trg;
ALTER POLICY pol ON t RENAME TO new_pol;
ALTER TABLE t RENAME TO "new T";
ALTER TABLE IF EXISTS t RENAME TO nothing;
ALTER INDEX t_index RENAME TO new_t_index;
ALTER TABLE seq RENAME TO seq2;
ALTER SEQUENCE seq2 RENAME TO new_seq;
ALTER VIEW v RENAME COLUMN a TO new_a;
ALTER TABLE v RENAME TO v2;
ALTER VIEW v2 RENAME TO new_v;
ALTER MATERIALIZED VIEW mv RENAME COLUMN id TO new_id;
ALTER MATERIALIZED VIEW mv RENAME TO new_mv;
ALTER FOREIGN TABLE ft RENAME COLUMN x TO new_x;
ALTER FOREIGN TABLE ft RENAME TO new_ft;
ALTER FUNCTION f(integer, text, VARIADIC numeric[]) RENAME TO new_f;
ALTER ROUTINE no_arguments RENAME TO "new no arguments";
ALTER PROCEDURE p RENAME TO new_p;
ALTER AGGREGATE agg (*) RENAME TO new_agg;
ALTER AGGREGATE agg (integer) RENAME TO new_agg;
ALTER TYPE composite RENAME ATTRIBUTE x TO new_x CASCADE;
ALTER TYPE composite RENAME TO new_composite;
ALTER TYPE enumerated RENAME TO new_enumerated;
ALTER TYPE ranged RENAME TO new_ranged;
ALTER TYPE multi_ranged RENAME TO new_multi_ranged;
ALTER DOMAIN dom RENAME CONSTRAINT dom_check TO new_dom_check;
ALTER DOMAIN dom RENAME TO new_dom;
ALTER TYPE new_dom RENAME TO newer_dom;
ALTER OPERATOR CLASS cls USING btree RENAME TO new_cls;
ALTER OPERATOR FAMILY fam USING btree RENAME TO new_fam;
ALTER COLLATION coll RENAME TO new_coll;
ALTER CONVERSION conv RENAME TO new_conv;
ALTER TEXT SEARCH DICTIONARY dict RENAME TO new_dict;
ALTER TEXT SEARCH CONFIGURATION config RENAME TO new_config;
ALTER TEXT SEARCH PARSER parser RENAME TO new_parser;
ALTER TEXT SEARCH TEMPLATE template RENAME TO new_template;
ALTER STATISTICS stats RENAME TO new_stats;
ALTER FOREIGN DATA WRAPPER fdw RENAME TO new_fdw;
ALTER SERVER srv RENAME TO new_srv;
ALTER PUBLICATION pub RENAME TO new_pub;
-- Queries for whose tables the server invents aliases: it invents others now.
CREATE TABLE o.same (i integer);
CREATE TABLE new_s.same (i integer);
CREATE VIEW o.joined WITH (security_barrier) AS SELECT a.i FROM o.same a, new_s.same;
CREATE VIEW o.invented WITH (security_barrier) AS SELECT o.same.i, new_s.same.i AS j FROM o.same, new_s.same;
CREATE MATERIALIZED VIEW o.stored AS SELECT count(*) FROM o.same, new_s.same;
CREATE RULE on_insert AS ON INSERT TO o.joined DO INSTEAD INSERT INTO new_s.same SELECT o.same.i FROM o.same;
CREATE RULE on_delete AS ON DELETE TO o.joined DO INSTEAD DELETE FROM new_s.same WHERE EXISTS (SELECT FROM o.same);
CREATE FUNCTION o.invented() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM o.same, new_s.same; END;
CREATE POLICY invented ON o.same USING (EXISTS (SELECT FROM new_s.same b, new_s.same WHERE b.i = o.same.i));
ALTER TABLE new_s.same RENAME TO other;
ALTER TABLE new_s.other RENAME COLUMN i TO k;
-- Nothing of temporary objects.
CREATE TEMPORARY TABLE temporary (i integer);
ALTER TABLE temporary RENAME COLUMN i TO j;
ALTER TABLE temporary RENAME TO new_temporary;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_rename', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP PUBLICATION IF EXISTS pub, new_pub;
DROP FOREIGN DATA WRAPPER IF EXISTS fdw, new_fdw CASCADE;
DROP SCHEMA IF EXISTS o, s, new_s CASCADE;
RESET search_path;
SELECT FROM pg_drop_replication_slot('deparse_rename');
