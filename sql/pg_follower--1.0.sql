\echo Use "CREATE EXTENSION pg_follower" to load this file. \quit

-- What users call lives in the schema that CREATE EXTENSION is given; tables and internals live in the schema
-- follower, which only superusers may use. (Not pg_follower: names that start with pg_ are reserved, and
-- pg_dump --binary-upgrade, hence pg_upgrade, leaves such schemas out.)
CREATE SCHEMA follower;

---------------------------------------------------------------------------------------------------------- authentication

-- The key of the DDL messages in WAL, one for each database. A user catalog table, so that the output plugin may read
-- it while it decodes; its content is never dumped, so a restored database gets a key of its own.
CREATE FUNCTION follower.make_message_key() RETURNS bytea
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_make_message_key';
REVOKE ALL ON FUNCTION follower.make_message_key() FROM PUBLIC;

CREATE TABLE follower.message_key (key bytea NOT NULL) WITH (user_catalog_table = true);
INSERT INTO follower.message_key VALUES (follower.make_message_key());

----------------------------------------------------------------------------------------------------------------- deparse

-- ENABLE ALWAYS: DDL of a session with session_replication_role = replica (a bulk load, the worker of a cascade) must
-- not be missed.
CREATE FUNCTION follower.ddl_command_end() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_ddl_command_end';
CREATE FUNCTION follower.sql_drop() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_sql_drop';

CREATE EVENT TRIGGER pg_follower_ddl_command_end ON ddl_command_end EXECUTE FUNCTION follower.ddl_command_end();
ALTER EVENT TRIGGER pg_follower_ddl_command_end ENABLE ALWAYS;
CREATE EVENT TRIGGER pg_follower_sql_drop ON sql_drop EXECUTE FUNCTION follower.sql_drop();
ALTER EVENT TRIGGER pg_follower_sql_drop ENABLE ALWAYS;

-- What becomes of each command that event triggers see.
CREATE FUNCTION follower.list_commands(OUT command text, OUT follows boolean, OUT how text, OUT reason text)
    RETURNS SETOF record LANGUAGE C IMMUTABLE AS 'MODULE_PATHNAME', 'pg_follower_list_commands';
CREATE VIEW follower.commands AS SELECT * FROM follower.list_commands();
