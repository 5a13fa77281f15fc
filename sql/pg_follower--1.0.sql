\echo Use "CREATE EXTENSION pg_follower" to load this file. \quit

-- What users call lives in the schema that CREATE EXTENSION is given; tables and internals live in the schema
-- follower, which only superusers may use. (Not pg_follower: names that start with pg_ are reserved, and
-- pg_dump --binary-upgrade, hence pg_upgrade, leaves such schemas out.)
CREATE SCHEMA follower;

---------------------------------------------------------------------------------------------------------- authentication

-- The key of the DDL messages in WAL, one for each database. A user catalog table, so that the output plugin may read
-- it while it decodes; it has no TOAST table and is never dumped, so a restored database gets a key of its own.
CREATE FUNCTION follower.make_message_key() RETURNS bytea
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_make_message_key';
REVOKE ALL ON FUNCTION follower.make_message_key() FROM PUBLIC;

CREATE TABLE follower.message_key (key bytea STORAGE PLAIN NOT NULL) WITH (user_catalog_table = true);
INSERT INTO follower.message_key VALUES (follower.make_message_key());
