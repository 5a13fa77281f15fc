-- OWNER TO of every kind of object.
CREATE ROLE regress_owner SUPERUSER;
\getenv folder PG_ABS_SRCDIR
\set objects :folder '/sql/objects/every_kind.sql'
\i :objects
SELECT FROM pg_create_logical_replication_slot('deparse_owner', 'pg_follower');

ALTER SCHEMA s OWNER TO regress_owner;
ALTER TABLE t OWNER TO regress_owner;
ALTER SEQUENCE seq OWNER TO regress_owner;
ALTER VIEW v OWNER TO regress_owner;
ALTER MATERIALIZED VIEW mv OWNER TO regress_owner;
ALTER FOREIGN TABLE ft OWNER TO regress_owner;
ALTER FUNCTION f(integer, text, VARIADIC numeric[]) OWNER TO regress_owner;
ALTER ROUTINE no_arguments OWNER TO regress_owner;
ALTER PROCEDURE p OWNER TO regress_owner;
ALTER AGGREGATE agg (*) OWNER TO regress_owner;
ALTER AGGREGATE agg (integer) OWNER TO regress_owner;
ALTER TYPE composite OWNER TO regress_owner;
ALTER TYPE enumerated OWNER TO regress_owner;
ALTER TYPE ranged OWNER TO regress_owner;
ALTER DOMAIN dom OWNER TO regress_owner;
ALTER OPERATOR === (integer, integer) OWNER TO regress_owner;
ALTER OPERATOR !== (NONE, integer) OWNER TO regress_owner;
ALTER OPERATOR CLASS cls USING btree OWNER TO regress_owner;
ALTER OPERATOR FAMILY fam USING btree OWNER TO regress_owner;
ALTER COLLATION coll OWNER TO regress_owner;
ALTER CONVERSION conv OWNER TO regress_owner;
ALTER TEXT SEARCH DICTIONARY dict OWNER TO regress_owner;
ALTER TEXT SEARCH CONFIGURATION config OWNER TO regress_owner;
ALTER STATISTICS stats OWNER TO regress_owner;
ALTER FOREIGN DATA WRAPPER fdw OWNER TO regress_owner;
ALTER SERVER srv OWNER TO regress_owner;
ALTER PUBLICATION pub OWNER TO regress_owner;
-- The role that the statement means, by whatever name.
SET ROLE regress_owner;
CREATE SCHEMA made_by_owner;
ALTER SCHEMA o OWNER TO CURRENT_USER;
ALTER FUNCTION no_arguments OWNER TO CURRENT_ROLE;
RESET ROLE;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_owner', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP PUBLICATION IF EXISTS pub, new_pub;
DROP FOREIGN DATA WRAPPER IF EXISTS fdw, new_fdw CASCADE;
DROP SCHEMA IF EXISTS o, s, new_s CASCADE;
RESET search_path;
DROP SCHEMA made_by_owner;
DROP ROLE regress_owner;
SELECT FROM pg_drop_replication_slot('deparse_owner');
