\echo Use "CREATE EXTENSION pg_follower" to load this file. \quit

-- What users call lives in the schema that CREATE EXTENSION is given; tables and internals live in the schema
-- follower, where only superusers have privileges, but for the view of commands. (Not pg_follower: names that start
-- with pg_ are reserved, and pg_dump --binary-upgrade, hence pg_upgrade, leaves such schemas out.)
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

-- The tables without a key that were given REPLICA IDENTITY FULL, which a primary key takes from them again.
CREATE TABLE follower.keyless_table (relid oid PRIMARY KEY);

-- Gives every keyless table that exists its replica identity; returns how many it changed.
CREATE FUNCTION follower.set_replica_identities() RETURNS integer
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_set_replica_identities';
REVOKE ALL ON FUNCTION follower.set_replica_identities() FROM PUBLIC;

-- ENABLE ALWAYS: DDL of a session with session_replication_role = replica (a bulk load, the worker of a cascade) must
-- not be missed.
CREATE FUNCTION follower.ddl_command_end() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_ddl_command_end';
CREATE FUNCTION follower.sql_drop() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_sql_drop';
-- Loads the library before the commands whose rows need it, and before those that may drop the extension under a follow;
-- notes a DETACH PARTITION CONCURRENTLY, whose first transaction ends before any other event.
CREATE FUNCTION follower.ddl_command_start() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_ddl_command_start';
CREATE FUNCTION follower.table_rewrite() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_table_rewrite';
REVOKE ALL ON FUNCTION follower.ddl_command_end(), follower.sql_drop(), follower.ddl_command_start(),
    follower.table_rewrite() FROM PUBLIC;

-- Event triggers fire in the order of their names: what another one runs must come after the command that made it fire.
CREATE EVENT TRIGGER "!pg_follower_table_rewrite" ON table_rewrite EXECUTE FUNCTION follower.table_rewrite();
ALTER EVENT TRIGGER "!pg_follower_table_rewrite" ENABLE ALWAYS;
CREATE EVENT TRIGGER "!pg_follower_ddl_command_start" ON ddl_command_start
    WHEN TAG IN ('CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED')
    EXECUTE FUNCTION follower.ddl_command_start();
ALTER EVENT TRIGGER "!pg_follower_ddl_command_start" ENABLE ALWAYS;
CREATE EVENT TRIGGER "!pg_follower_ddl_command_end" ON ddl_command_end EXECUTE FUNCTION follower.ddl_command_end();
ALTER EVENT TRIGGER "!pg_follower_ddl_command_end" ENABLE ALWAYS;
CREATE EVENT TRIGGER "!pg_follower_sql_drop" ON sql_drop EXECUTE FUNCTION follower.sql_drop();
ALTER EVENT TRIGGER "!pg_follower_sql_drop" ENABLE ALWAYS;

-- What becomes of each command that event triggers see.
CREATE FUNCTION follower.list_commands(OUT command text, OUT follows boolean, OUT how text, OUT reason text)
    RETURNS SETOF record LANGUAGE C IMMUTABLE AS 'MODULE_PATHNAME', 'pg_follower_list_commands';
CREATE VIEW follower.commands AS SELECT * FROM follower.list_commands();
COMMENT ON VIEW follower.commands IS 'which commands follow, how, and why not';
-- Anybody may look; the rest of the schema has no privileges for anybody.
GRANT USAGE ON SCHEMA follower TO PUBLIC;
GRANT SELECT ON follower.commands TO PUBLIC;

------------------------------------------------------------------------------------------------------------------- apply

-- The follows of this database, written by the functions below and by workers only. The columns' order is known to
-- src/apply/state.cpp. Never dumped: a restored database must not follow by itself.
CREATE TABLE follower.follow (
    id integer PRIMARY KEY,
    name name NOT NULL UNIQUE,
    conninfo text NOT NULL,
    upstream text NOT NULL,
    slot_name name NOT NULL,
    origin_name text NOT NULL,
    start_lsn pg_lsn NOT NULL,
    enabled boolean NOT NULL,
    state text NOT NULL,
    segment bigint NOT NULL,
    started_at timestamptz NOT NULL,
    single_until pg_lsn NOT NULL,
    blocked_lsn pg_lsn NOT NULL,
    blocked_xid xid8 NOT NULL,
    last_error text,
    last_error_detail text,
    last_error_hint text,
    last_error_context text,
    last_error_at timestamptz,
    received_lsn pg_lsn NOT NULL,
    applied_lsn pg_lsn NOT NULL,
    last_commit_at timestamptz,
    transactions bigint NOT NULL,
    rows_applied bigint NOT NULL,
    rows_missing bigint NOT NULL,
    ddl_applied bigint NOT NULL,
    unsupported bigint NOT NULL,
    large_objects bigint NOT NULL
);

-- Commands of the upstream that could not follow, newest last.
CREATE TABLE follower.unsupported (
    follow integer NOT NULL,
    upstream_xid xid NOT NULL,
    commit_lsn pg_lsn NOT NULL,
    committed_at timestamptz NOT NULL,
    command text NOT NULL,
    object text NOT NULL,
    role text NOT NULL,
    reason text NOT NULL
);

CREATE FUNCTION start_follow(conninfo text, follow_name name DEFAULT 'default', copy_data boolean DEFAULT true)
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_start_follow';
COMMENT ON FUNCTION start_follow(text, name, boolean) IS 'follows another database from now on';

CREATE FUNCTION stop_follow(follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_stop_follow';
COMMENT ON FUNCTION stop_follow(name) IS 'stops a follow, keeping its position';

CREATE FUNCTION resume_follow(follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_resume_follow';
COMMENT ON FUNCTION resume_follow(name) IS 'goes on with a follow that is stopped or has failed';

CREATE FUNCTION drop_follow(follow_name name DEFAULT 'default', force boolean DEFAULT false)
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_drop_follow';
COMMENT ON FUNCTION drop_follow(name, boolean) IS 'ends a follow for good; its tables stay';

CREATE FUNCTION wait_for_follow(timeout interval DEFAULT NULL, follow_name name DEFAULT 'default')
    RETURNS boolean LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_wait_for_follow';
COMMENT ON FUNCTION wait_for_follow(interval, name) IS
    'waits until everything committed upstream before the call is visible here';

REVOKE ALL ON FUNCTION start_follow(text, name, boolean), stop_follow(name), resume_follow(name),
    drop_follow(name, boolean), wait_for_follow(interval, name) FROM PUBLIC;

CREATE FUNCTION follower.status(
    OUT follow_name name, OUT state text, OUT pid integer, OUT upstream text, OUT slot_name name,
    OUT received_lsn pg_lsn, OUT applied_lsn pg_lsn, OUT lag_bytes bigint, OUT lag_time interval,
    OUT last_commit_at timestamptz, OUT transactions bigint, OUT rows_applied bigint, OUT ddl_applied bigint,
    OUT rows_missing bigint, OUT unsupported bigint, OUT large_objects bigint,
    OUT last_error text, OUT last_error_detail text,
    OUT last_error_hint text, OUT last_error_context text, OUT last_error_at timestamptz)
    RETURNS SETOF record LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_status';
REVOKE ALL ON FUNCTION follower.status() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION follower.status() TO pg_monitor;

CREATE VIEW follow_status AS SELECT * FROM follower.status();
COMMENT ON VIEW follow_status IS 'each follow of this database, and how far it has come';
GRANT SELECT ON follow_status TO pg_monitor;

------------------------------------------------------------------------------------------------------------------- trust

-- Privileges may come from elsewhere (pg_read_all_data, pg_write_all_data, default privileges), and with the key, or
-- with a connection string of theirs, its holders could have commands run downstream as anybody. No policy: nobody but
-- superusers, and the C code, sees or changes a row.
ALTER TABLE follower.message_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.keyless_table ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.follow ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.unsupported ENABLE ROW LEVEL SECURITY;
