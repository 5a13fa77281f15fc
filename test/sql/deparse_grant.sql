-- GRANT, REVOKE, ALTER DEFAULT PRIVILEGES and DROP OWNED.
CREATE ROLE regress_grant;
CREATE ROLE "regress grant";
CREATE ROLE regress_grantor;
\getenv folder PG_ABS_SRCDIR
\set objects :folder '/sql/objects/every_kind.sql'
\i :objects
CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SELECT FROM pg_create_logical_replication_slot('deparse_grant', 'pg_follower');

GRANT ALL ON TABLE t TO regress_grant;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON t, v, mv, ft TO regress_grant, "regress grant" WITH GRANT OPTION;
GRANT SELECT (id, "B b"), UPDATE (a) ON t TO PUBLIC;
GRANT SELECT, ALL (id) ON t TO "regress grant";
GRANT ALL ON SEQUENCE seq TO regress_grant;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE seq TO "regress grant";
GRANT EXECUTE ON FUNCTION f(integer, text, VARIADIC numeric[]), no_arguments() TO regress_grant;
GRANT EXECUTE ON PROCEDURE p TO regress_grant;
GRANT ALL ON ROUTINE agg (integer) TO regress_grant;
GRANT EXECUTE ON FUNCTION agg () TO regress_grant;
GRANT USAGE ON TYPE composite, enumerated, ranged TO regress_grant;
GRANT USAGE ON DOMAIN dom TO regress_grant;
GRANT USAGE ON LANGUAGE plpgsql TO regress_grant;
GRANT USAGE, CREATE ON SCHEMA o, s TO regress_grant, regress_grantor;
GRANT USAGE ON FOREIGN DATA WRAPPER fdw TO regress_grant;
GRANT USAGE ON FOREIGN SERVER srv TO regress_grant;
GRANT SELECT ON ALL TABLES IN SCHEMA o TO regress_grantor WITH GRANT OPTION;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA o, s TO regress_grantor;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA s TO regress_grantor;
GRANT ALL ON ALL TABLES IN SCHEMA s TO regress_grantor;
-- By another grantor, who is the role that runs the command downstream.
SET ROLE regress_grantor;
GRANT SELECT ON t TO "regress grant";
GRANT SELECT ON v TO "regress grant" GRANTED BY CURRENT_USER;
RESET ROLE;
REVOKE ALL ON t FROM regress_grantor CASCADE;
REVOKE GRANT OPTION FOR SELECT, UPDATE ON v FROM regress_grant;
REVOKE SELECT (id) ON t FROM PUBLIC;
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA s FROM PUBLIC, regress_grantor RESTRICT;
-- Temporary objects are left out.
CREATE TEMPORARY TABLE temporary (i integer);
GRANT SELECT ON temporary TO PUBLIC;
GRANT SELECT ON temporary, ft TO PUBLIC;
-- Default privileges.
SET ROLE regress_grantor;
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO regress_grant WITH GRANT OPTION;
RESET ROLE;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_grantor IN SCHEMA s, o GRANT ALL ON TABLES TO PUBLIC, regress_grant;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_grantor REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_grantor GRANT USAGE ON TYPES TO regress_grant;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_grantor GRANT USAGE ON SEQUENCES TO regress_grant;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_grantor GRANT CREATE ON SCHEMAS TO regress_grant;
SET ROLE regress_grantor;
ALTER DEFAULT PRIVILEGES REVOKE GRANT OPTION FOR INSERT ON TABLES FROM regress_grant CASCADE;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO CURRENT_USER, regress_grant;
CREATE TABLE owned (i integer);
GRANT SELECT ON owned TO regress_grant;
RESET ROLE;
\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_grant', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';

-- What DROP OWNED takes away beside its drops.
DROP OWNED BY regress_grant;
DROP OWNED BY regress_grantor, "regress grant";
-- Nothing from a row that the transaction has only locked.
CREATE ROLE regress_nobody;
BEGIN;
SELECT datname = current_database() FROM pg_database WHERE datname = current_database() FOR UPDATE;
DROP OWNED BY regress_nobody;
COMMIT;
DROP ROLE regress_nobody;

-- In an order of its own: the server takes them as it finds them.
SELECT data FROM pg_logical_slot_get_changes('deparse_grant', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)' ORDER BY data COLLATE "C";
SET client_min_messages = warning;
DROP PUBLICATION IF EXISTS pub, new_pub;
DROP FOREIGN DATA WRAPPER IF EXISTS fdw, new_fdw CASCADE;
DROP SCHEMA IF EXISTS o, s, new_s CASCADE;
RESET search_path;
DROP ROLE regress_grant, "regress grant", regress_grantor;
SELECT FROM pg_drop_replication_slot('deparse_grant');
