-- SET SCHEMA of every kind of object.
\getenv folder PG_ABS_SRCDIR
\set objects :folder '/sql/objects/every_kind.sql'
\i :objects
SELECT FROM pg_create_logical_replication_slot('deparse_set_schema', 'pg_follower');

ALTER SEQUENCE seq SET SCHEMA s;
ALTER VIEW v SET SCHEMA s;
ALTER MATERIALIZED VIEW mv SET SCHEMA s;
ALTER FOREIGN TABLE ft SET SCHEMA s;
ALTER FUNCTION f(integer, text, VARIADIC numeric[]) SET SCHEMA s;
ALTER ROUTINE no_arguments SET SCHEMA s;
ALTER PROCEDURE p SET SCHEMA s;
ALTER AGGREGATE agg (*) SET SCHEMA s;
ALTER AGGREGATE agg (integer) SET SCHEMA s;
ALTER TYPE composite SET SCHEMA s;
ALTER TYPE enumerated SET SCHEMA s;
ALTER TYPE ranged SET SCHEMA s;
ALTER DOMAIN dom SET SCHEMA s;
ALTER OPERATOR === (integer, integer) SET SCHEMA s;
ALTER OPERATOR !== (NONE, integer) SET SCHEMA s;
ALTER OPERATOR CLASS cls USING btree SET SCHEMA s;
ALTER OPERATOR FAMILY fam USING btree SET SCHEMA s;
ALTER COLLATION coll SET SCHEMA s;
ALTER CONVERSION conv SET SCHEMA s;
ALTER TEXT SEARCH DICTIONARY dict SET SCHEMA s;
ALTER TEXT SEARCH CONFIGURATION config SET SCHEMA s;
ALTER TEXT SEARCH PARSER parser SET SCHEMA s;
ALTER TEXT SEARCH TEMPLATE template SET SCHEMA s;
ALTER STATISTICS stats SET SCHEMA s;
-- Indexes, constraints, triggers and owned sequences move along.
CREATE TABLE with_serial (id serial PRIMARY KEY);
ALTER TABLE with_serial SET SCHEMA s;
ALTER TABLE t SET SCHEMA s;
ALTER TABLE IF EXISTS t SET SCHEMA s;
-- Where it already is.
ALTER TABLE s.t SET SCHEMA s;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_set_schema', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP PUBLICATION IF EXISTS pub, new_pub;
DROP FOREIGN DATA WRAPPER IF EXISTS fdw, new_fdw CASCADE;
DROP SCHEMA IF EXISTS o, s, new_s CASCADE;
RESET search_path;
SELECT FROM pg_drop_replication_slot('deparse_set_schema');
