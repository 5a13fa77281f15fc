-- Foreign-data wrappers, servers, user mappings and foreign tables.
CREATE SCHEMA dg;
CREATE FUNCTION dg.handler() RETURNS fdw_handler LANGUAGE c AS '$libdir/postgres_fdw', 'postgres_fdw_handler';
CREATE ROLE regress_deparse_foreign;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_foreign', 'pg_follower');
SET search_path = dg;

CREATE FOREIGN DATA WRAPPER dg_wrapper VALIDATOR postgresql_fdw_validator;
CREATE FOREIGN DATA WRAPPER dg_handled HANDLER handler OPTIONS ("a b" 'it''s', c '\');
ALTER FOREIGN DATA WRAPPER dg_handled OPTIONS (SET c '2', DROP "a b", ADD d 'x');
ALTER FOREIGN DATA WRAPPER dg_handled OPTIONS (e '5');
SET client_min_messages = warning;
ALTER FOREIGN DATA WRAPPER dg_handled NO HANDLER VALIDATOR postgresql_fdw_validator OPTIONS (DROP c, DROP d, DROP e);
ALTER FOREIGN DATA WRAPPER dg_handled HANDLER handler NO VALIDATOR;
RESET client_min_messages;
CREATE SERVER dg_server TYPE 'oracle' VERSION '9' FOREIGN DATA WRAPPER dg_wrapper OPTIONS (host 'h', dbname 'd');
CREATE SERVER IF NOT EXISTS dg_server FOREIGN DATA WRAPPER dg_wrapper;
CREATE SERVER "dg 2" FOREIGN DATA WRAPPER dg_handled;
ALTER SERVER dg_server VERSION '10' OPTIONS (SET host 'other', DROP dbname, ADD port '5');
ALTER SERVER dg_server VERSION NULL;

-- Passwords follow only where they may.
CREATE USER MAPPING FOR regress_deparse_foreign SERVER dg_server OPTIONS (user 'u', password 'secret');
DROP USER MAPPING FOR regress_deparse_foreign SERVER dg_server;
SET pg_follower.user_mappings = on;
CREATE USER MAPPING FOR regress_deparse_foreign SERVER dg_server OPTIONS (user 'u', password 'it''s');
CREATE USER MAPPING FOR PUBLIC SERVER "dg 2";
ALTER USER MAPPING FOR regress_deparse_foreign SERVER dg_server OPTIONS (SET password 'x', DROP user);
DROP USER MAPPING FOR PUBLIC SERVER "dg 2";
RESET pg_follower.user_mappings;

CREATE FOREIGN TABLE remote (
    a integer OPTIONS (column_name 'A', "x y" 'z') NOT NULL DEFAULT 1,
    b varchar(10) COLLATE "C",
    c integer GENERATED ALWAYS AS (a * 2) STORED,
    CONSTRAINT positive CHECK (a > 0)
) SERVER "dg 2" OPTIONS (table_name 'it''s', use_remote_estimate 'true');
CREATE TABLE parent (i integer NOT NULL, t text) PARTITION BY RANGE (i);
CREATE FOREIGN TABLE part PARTITION OF parent (t DEFAULT 'x') FOR VALUES FROM (1) TO (10) SERVER "dg 2";
CREATE TABLE ancestor (i integer);
CREATE FOREIGN TABLE child (t text) INHERITS (ancestor) SERVER "dg 2" OPTIONS (table_name 'c');
CREATE FOREIGN TABLE IF NOT EXISTS child () SERVER "dg 2";
ALTER FOREIGN TABLE remote ADD COLUMN d integer OPTIONS (column_name 'D'), ALTER b TYPE text, DROP c,
    ALTER a OPTIONS (SET column_name 'AA', DROP "x y"), OPTIONS (DROP table_name, ADD fetch_size '5');
ALTER FOREIGN TABLE child NO INHERIT ancestor;
DROP FOREIGN TABLE child;
COMMENT ON FOREIGN TABLE remote IS 'elsewhere';
COMMENT ON SERVER "dg 2" IS 'a server';

SELECT data FROM pg_logical_slot_get_changes('deparse_foreign', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SET client_min_messages = warning;
DROP SERVER "dg 2" CASCADE;
DROP FOREIGN DATA WRAPPER dg_wrapper, dg_handled CASCADE;
SELECT data FROM pg_logical_slot_get_changes('deparse_foreign', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_foreign');

-- The end.
DROP SCHEMA dg CASCADE;
DROP ROLE regress_deparse_foreign;
