\echo Use "CREATE EXTENSION pg_follower" to load this file. \quit

-- What users call lives in the schema that CREATE EXTENSION is given; tables and internals live in the schema
-- follower, where only superusers have privileges, but for the view of commands. (Not pg_follower: names that start
-- with pg_ are reserved, and pg_dump --binary-upgrade, hence pg_upgrade, leaves such schemas out.)
CREATE SCHEMA follower;
COMMENT ON SCHEMA follower IS 'tables and internals of the extension pg_follower';

--------------------------------------------------------------------------------------------------------- authentication

-- The key of the DDL messages in WAL, one for each database. A user catalog table, so that the output plugin may read
-- it while it decodes; its content is never dumped, so a restored database gets a key of its own.
CREATE FUNCTION follower.make_message_key() RETURNS bytea
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_make_message_key';
REVOKE ALL ON FUNCTION follower.make_message_key() FROM PUBLIC;
COMMENT ON FUNCTION follower.make_message_key() IS 'returns a new random key for the messages of this database';

CREATE TABLE follower.message_key (key bytea NOT NULL) WITH (user_catalog_table = true);
COMMENT ON TABLE follower.message_key IS
    'the key that proves that a DDL message in WAL was written by pg_follower; one row';
COMMENT ON COLUMN follower.message_key.key IS 'the secret key of the HMAC over each message and its transaction';
INSERT INTO follower.message_key VALUES (follower.make_message_key());

---------------------------------------------------------------------------------------------------------------- deparse

-- The tables without a key that were given REPLICA IDENTITY FULL, which a primary key takes from them again.
CREATE TABLE follower.keyless_table (relid oid PRIMARY KEY);
COMMENT ON TABLE follower.keyless_table IS
    'tables without a key that were given REPLICA IDENTITY FULL so that they can follow';
COMMENT ON COLUMN follower.keyless_table.relid IS 'OID of the table';

-- Gives every keyless table that exists its replica identity; returns how many it changed.
CREATE FUNCTION follower.set_replica_identities() RETURNS integer
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_set_replica_identities';
REVOKE ALL ON FUNCTION follower.set_replica_identities() FROM PUBLIC;
COMMENT ON FUNCTION follower.set_replica_identities() IS
    'gives every table without a key REPLICA IDENTITY FULL; returns how many tables it changed';

-- Takes that back when nobody follows any more; returns how many tables it changed.
CREATE FUNCTION follower.reset_replica_identities() RETURNS integer
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_reset_replica_identities';
REVOKE ALL ON FUNCTION follower.reset_replica_identities() FROM PUBLIC;
COMMENT ON FUNCTION follower.reset_replica_identities() IS
    'gives the tables of follower.keyless_table their default replica identity again, unless somebody follows; returns '
    'how many tables it changed';

-- ENABLE ALWAYS: DDL of a session with session_replication_role = replica (a bulk load, the worker of a cascade) must
-- not be missed.
CREATE FUNCTION follower.ddl_command_end() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_ddl_command_end';
CREATE FUNCTION follower.sql_drop() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_sql_drop';
-- Takes the lock of commands (see lock_commands) before the command takes any other; loads the library before the
-- commands whose rows, or whose elements, need it, and before those that may drop the extension under a follow; notes
-- a DETACH PARTITION CONCURRENTLY, whose first transaction ends before any other event, and a CREATE SCHEMA with
-- elements.
CREATE FUNCTION follower.ddl_command_start() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_ddl_command_start';
CREATE FUNCTION follower.table_rewrite() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'pg_follower_table_rewrite';
REVOKE ALL ON FUNCTION follower.ddl_command_end(), follower.sql_drop(), follower.ddl_command_start(),
    follower.table_rewrite() FROM PUBLIC;
COMMENT ON FUNCTION follower.ddl_command_end() IS 'event trigger: writes the commands that have ended to WAL, as SQL';
COMMENT ON FUNCTION follower.sql_drop() IS 'event trigger: writes what a command has dropped to WAL, as SQL';
COMMENT ON FUNCTION follower.ddl_command_start() IS
    'event trigger: prepares for commands that must be known before they run';
COMMENT ON FUNCTION follower.table_rewrite() IS
    'event trigger: writes an ALTER TABLE to WAL before the rows that it rewrites';

-- Event triggers fire in the order of their names: what another one runs must come after the command that made it fire.
CREATE EVENT TRIGGER "!pg_follower_table_rewrite" ON table_rewrite EXECUTE FUNCTION follower.table_rewrite();
ALTER EVENT TRIGGER "!pg_follower_table_rewrite" ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER "!pg_follower_table_rewrite" IS 'an ALTER TABLE that rewrites rows follows';
CREATE EVENT TRIGGER "!pg_follower_ddl_command_start" ON ddl_command_start
    EXECUTE FUNCTION follower.ddl_command_start();
ALTER EVENT TRIGGER "!pg_follower_ddl_command_start" ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER "!pg_follower_ddl_command_start" IS
    'commands that must be known before they run follow';
CREATE EVENT TRIGGER "!pg_follower_ddl_command_end" ON ddl_command_end EXECUTE FUNCTION follower.ddl_command_end();
ALTER EVENT TRIGGER "!pg_follower_ddl_command_end" ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER "!pg_follower_ddl_command_end" IS 'commands follow';
CREATE EVENT TRIGGER "!pg_follower_sql_drop" ON sql_drop EXECUTE FUNCTION follower.sql_drop();
ALTER EVENT TRIGGER "!pg_follower_sql_drop" ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER "!pg_follower_sql_drop" IS 'drops follow';

-- Who may replicate may call it; the function itself sees to that.
CREATE FUNCTION follower.lock_commands() RETURNS pg_lsn
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_lock_commands';
COMMENT ON FUNCTION follower.lock_commands() IS
    'keeps commands that follow waiting until the end of the transaction, so that a downstream can read the schema; '
    'returns the position before which all commands so far have committed';

-- Likewise. Beside what is below, a copy of the schema is what pg_dump writes.
CREATE FUNCTION follower.copy_facts(OUT creates_roles boolean, OUT user_mappings boolean, OUT roles text,
    OUT database text)
    RETURNS record LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_copy_facts';
COMMENT ON FUNCTION follower.copy_facts() IS
    'returns whether missing roles are to be created and user mappings may be sent, the commands that create the '
    'roles, where all are to follow, and the commands that give a database the owner, privileges, settings, comment '
    'and labels of this one';

-- Who copies a table under a snapshot asks this. It tells everybody what the catalogs tell everybody, too.
CREATE FUNCTION follower.unchanged(relid oid) RETURNS boolean
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_unchanged';
COMMENT ON FUNCTION follower.unchanged(oid) IS
    'whether a table, and how its values are written, is still what the snapshot of the transaction shows';

-- Who copies tables by queries calls this before; the function itself sees to it that others do not.
CREATE FUNCTION follower.guard_functions() RETURNS void
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_guard_functions';
COMMENT ON FUNCTION follower.guard_functions() IS
    'from now on, functions that users wrote do not run with the rights of a superuser in this session, and are not '
    'inlined';

-- What becomes of each command that event triggers see.
CREATE FUNCTION follower.list_commands(OUT command text, OUT follows boolean, OUT how text, OUT reason text)
    RETURNS SETOF record LANGUAGE C IMMUTABLE AS 'MODULE_PATHNAME', 'pg_follower_list_commands';
COMMENT ON FUNCTION follower.list_commands() IS 'returns the rows of the view follower.commands';
CREATE VIEW follower.commands AS SELECT * FROM follower.list_commands();
COMMENT ON VIEW follower.commands IS 'which commands follow, how, and why not';
COMMENT ON COLUMN follower.commands.command IS 'the command tag, as event triggers see it';
COMMENT ON COLUMN follower.commands.follows IS 'whether the command follows';
COMMENT ON COLUMN follower.commands.how IS 'in which form it follows';
COMMENT ON COLUMN follower.commands.reason IS
    'why it does not follow, or under which condition it does; null where there is nothing to say';
-- Anybody may look; the rest of the schema has no privileges for anybody.
GRANT USAGE ON SCHEMA follower TO PUBLIC;
GRANT SELECT ON follower.commands TO PUBLIC;

---------------------------------------------------------------------------------------------------------------- answers

-- What a downstream asks over an ordinary connection, because the stream does not tell it. They look at their caller
-- themselves: a superuser, or a role with the attribute REPLICATION, which may read the whole database anyway.
CREATE FUNCTION follower.sequence_states(wait boolean, OUT upstream_oid oid, OUT schema_name name,
    OUT sequence_name name, OUT last_value bigint, OUT is_called boolean, OUT storage oid, OUT lsn pg_lsn)
    RETURNS SETOF record LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_sequence_states';
COMMENT ON FUNCTION follower.sequence_states(boolean) IS
    'returns how each sequence stands, and the position in WAL that belongs to it; null where a transaction holds the '
    'sequence locked, for whose end it may wait a moment';
CREATE FUNCTION follower.large_objects_changed(since pg_lsn) RETURNS boolean
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_large_objects_changed';
COMMENT ON FUNCTION follower.large_objects_changed(pg_lsn) IS
    'returns whether large objects may have changed since that position in WAL';
CREATE FUNCTION follower.large_object_states(since pg_lsn, OUT object oid, OUT owner text, OUT privileges text[],
    OUT comment text, OUT data boolean, OUT lsn pg_lsn)
    RETURNS SETOF record LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'pg_follower_large_object_states';
COMMENT ON FUNCTION follower.large_object_states(pg_lsn) IS
    'returns the position to ask from next time and whether all large objects are listed, and then the objects that '
    'may have changed since';
CREATE FUNCTION follower.large_object_digests(object oid, OUT chunk integer, OUT size integer, OUT digest text)
    RETURNS SETOF record LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'pg_follower_large_object_digests';
COMMENT ON FUNCTION follower.large_object_digests(oid) IS
    'returns a first row if the large object is there, and then the digest of each chunk of its data';
CREATE FUNCTION follower.large_object_chunk(object oid, chunk integer) RETURNS bytea
    LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'pg_follower_large_object_chunk';
COMMENT ON FUNCTION follower.large_object_chunk(oid, integer) IS 'returns a chunk of the data of a large object';
CREATE FUNCTION follower.slots_of_follows() RETURNS text
    LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_follower_slots_of_follows';
COMMENT ON FUNCTION follower.slots_of_follows() IS
    'returns the slots by which this database follows others, and these others, separated by commas';

------------------------------------------------------------------------------------------------------------------ apply

-- The follows of this database, written by the functions below and by workers only. src/apply/state/follow.cpp knows
-- the columns by their names. Never dumped: a restored database must not follow by itself.
CREATE TABLE follower.follow (
    id integer PRIMARY KEY,
    name name NOT NULL UNIQUE,
    conninfo text NOT NULL,
    upstream text NOT NULL,
    slot_name name NOT NULL,
    origin_name text NOT NULL,
    upstream_system text NOT NULL,
    upstream_timeline bigint NOT NULL,
    upstream_origins text NOT NULL,
    existing text NOT NULL,
    allow_newer boolean NOT NULL,
    start_lsn pg_lsn NOT NULL,
    enabled boolean NOT NULL,
    state text NOT NULL,
    segment bigint NOT NULL,
    started_at timestamptz NOT NULL,
    single_until pg_lsn NOT NULL,
    blocked_lsn pg_lsn NOT NULL,
    blocked_xid xid8 NOT NULL,
    skip_lsn pg_lsn NOT NULL,
    last_error text,
    last_error_detail text,
    last_error_hint text,
    last_error_context text,
    last_error_at timestamptz,
    last_error_sqlstate text,
    last_error_command text,
    last_error_object text,
    last_error_statement text,
    last_error_xid xid,
    last_error_committed_at timestamptz,
    last_error_lsn pg_lsn NOT NULL,
    last_error_count bigint NOT NULL,
    tries integer NOT NULL,
    next_try_at timestamptz,
    last_error_resolved_at timestamptz,
    copy_phase text NOT NULL,
    received_lsn pg_lsn NOT NULL,
    applied_lsn pg_lsn NOT NULL,
    last_commit_at timestamptz,
    last_message_at timestamptz,
    caught_up_at timestamptz,
    transactions bigint NOT NULL,
    rows_applied bigint NOT NULL,
    rows_missing bigint NOT NULL,
    ddl_applied bigint NOT NULL,
    large_objects bigint NOT NULL,
    upstream_slots text,
    sync_error text
);
COMMENT ON TABLE follower.follow IS
    'the follows of this database; changed by the functions of the extension and by workers only';
COMMENT ON COLUMN follower.follow.id IS 'number of the follow';
COMMENT ON COLUMN follower.follow.name IS 'name of the follow';
COMMENT ON COLUMN follower.follow.conninfo IS 'connection string to the upstream, with its secrets';
COMMENT ON COLUMN follower.follow.upstream IS 'the connection as it may be shown, without secrets';
COMMENT ON COLUMN follower.follow.slot_name IS 'name of the replication slot upstream';
COMMENT ON COLUMN follower.follow.origin_name IS 'name of the replication origin here, which holds the position';
COMMENT ON COLUMN follower.follow.upstream_system IS 'system identifier of the upstream''s server';
COMMENT ON COLUMN follower.follow.upstream_timeline IS
    'timeline on which the upstream was when the stream was last opened; 0 where that is not known';
COMMENT ON COLUMN follower.follow.upstream_origins IS
    'any: what the upstream received from others follows, too; none: only what was written there';
COMMENT ON COLUMN follower.follow.existing IS
    'what becomes of what is here already when the upstream is copied: error, keep or replace';
COMMENT ON COLUMN follower.follow.allow_newer IS
    'whether the upstream may be of a newer version of PostgreSQL than this server';
COMMENT ON COLUMN follower.follow.start_lsn IS
    'what the upstream committed before this position does not come from the slot';
COMMENT ON COLUMN follower.follow.enabled IS 'whether the worker is to run';
COMMENT ON COLUMN follower.follow.state IS
    'as last written: starting, copying, streaming, stopped, retrying or failed; follow_status knows whether a '
    'worker runs';
COMMENT ON COLUMN follower.follow.segment IS
    'handle of the shared memory in which the running worker keeps its live figures';
COMMENT ON COLUMN follower.follow.started_at IS 'when start_follow was called';
COMMENT ON COLUMN follower.follow.single_until IS
    'upstream position up to which transactions are applied one by one, because a group of them failed';
COMMENT ON COLUMN follower.follow.blocked_lsn IS
    'commit position of a transaction that may wait for the end of older snapshots here; 0/0 if there is none';
COMMENT ON COLUMN follower.follow.blocked_xid IS 'snapshots older than this transaction are what it waits for';
COMMENT ON COLUMN follower.follow.skip_lsn IS
    'commit position of a transaction that is to be left out; 0/0 if there is none';
COMMENT ON COLUMN follower.follow.last_error IS 'the last error of the worker; null if there has been none';
COMMENT ON COLUMN follower.follow.last_error_detail IS 'its detail';
COMMENT ON COLUMN follower.follow.last_error_hint IS 'its hint: what to do about it';
COMMENT ON COLUMN follower.follow.last_error_context IS 'its context: what was being applied';
COMMENT ON COLUMN follower.follow.last_error_at IS 'when it was raised';
COMMENT ON COLUMN follower.follow.last_error_sqlstate IS 'its SQLSTATE';
COMMENT ON COLUMN follower.follow.last_error_command IS
    'the kind of the statement that was being applied; null, as the following columns, if there was none';
COMMENT ON COLUMN follower.follow.last_error_object IS 'the table of that statement, or what else it is about';
COMMENT ON COLUMN follower.follow.last_error_statement IS
    'the values that find the row, those of an inserted row, or the text of the command';
COMMENT ON COLUMN follower.follow.last_error_xid IS 'upstream transaction that was being applied';
COMMENT ON COLUMN follower.follow.last_error_committed_at IS 'when that was committed upstream';
COMMENT ON COLUMN follower.follow.last_error_lsn IS
    'commit position of the transaction that was being applied; 0/0 if there was none';
COMMENT ON COLUMN follower.follow.last_error_count IS 'how often the error was raised, without anything between';
COMMENT ON COLUMN follower.follow.tries IS
    'how many tries have failed without anything between, and with an error of the same kind';
COMMENT ON COLUMN follower.follow.next_try_at IS 'when the next try is due; null if none is';
COMMENT ON COLUMN follower.follow.last_error_resolved_at IS
    'when the worker had got past the error; null while it has not';
COMMENT ON COLUMN follower.follow.copy_phase IS
    'what the initial copy does: slot (it is made), dump (the schema is read upstream), schema (it is made here), '
    'tables (their rows are copied); or done';
COMMENT ON COLUMN follower.follow.received_lsn IS 'upstream position up to which the worker has received';
COMMENT ON COLUMN follower.follow.applied_lsn IS
    'everything that was committed upstream before this position is visible here';
COMMENT ON COLUMN follower.follow.last_commit_at IS
    'when the last transaction applied here was committed upstream; null if there is none';
COMMENT ON COLUMN follower.follow.last_message_at IS
    'when the worker last heard of the upstream; null if it has not';
COMMENT ON COLUMN follower.follow.caught_up_at IS
    'when the worker was last known to have everything that the upstream had';
COMMENT ON COLUMN follower.follow.transactions IS 'number of transactions applied';
COMMENT ON COLUMN follower.follow.rows_applied IS 'number of rows applied';
COMMENT ON COLUMN follower.follow.rows_missing IS 'number of rows to update or delete that were not found here';
COMMENT ON COLUMN follower.follow.ddl_applied IS 'number of commands applied';
COMMENT ON COLUMN follower.follow.large_objects IS
    'number of large objects upstream when the worker last started';

COMMENT ON COLUMN follower.follow.upstream_slots IS
    'slots of the follows that lead to the upstream, directly or not, separated by commas; null while they are not '
    'known';
COMMENT ON COLUMN follower.follow.sync_error IS
    'why the upstream''s sequences or large objects could not be read at the last try; null if they could';

-- Commands and rows of the upstream that could not follow, newest last. src/apply/state/state.cpp knows the order of
-- the columns.
CREATE TABLE follower.unsupported (
    follow integer NOT NULL,
    follow_name name NOT NULL,
    upstream_xid xid NOT NULL,
    commit_lsn pg_lsn NOT NULL,
    committed_at timestamptz NOT NULL,
    command text NOT NULL,
    object text NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    statement text,
    resolved_at timestamptz
);
CREATE INDEX unsupported_open ON follower.unsupported (follow, resolved_at);
COMMENT ON TABLE follower.unsupported IS 'commands and rows of the upstream that could not follow, newest last';
COMMENT ON COLUMN follower.unsupported.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.unsupported.follow_name IS 'name of the follow';
COMMENT ON COLUMN follower.unsupported.upstream_xid IS 'transaction id upstream';
COMMENT ON COLUMN follower.unsupported.commit_lsn IS 'position of the commit upstream';
COMMENT ON COLUMN follower.unsupported.committed_at IS 'time of the commit upstream';
COMMENT ON COLUMN follower.unsupported.command IS 'command tag';
COMMENT ON COLUMN follower.unsupported.object IS 'the object that the command was about';
COMMENT ON COLUMN follower.unsupported.role IS 'the role that ran it upstream; empty for rows';
COMMENT ON COLUMN follower.unsupported.reason IS 'why it could not follow; of rows, how many and the first of them';
COMMENT ON COLUMN follower.unsupported.statement IS
    'the command as SQL, to be run here; null for rows, where it could not be written or may hold a password';
COMMENT ON COLUMN follower.unsupported.resolved_at IS
    'when somebody has dealt with it, to be set by UPDATE; follow_status counts the others';

-- What transactions contained that were left out, in the order of the stream. src/apply/state/skipped.cpp knows the
-- order of the columns.
CREATE TABLE follower.skipped (
    follow integer NOT NULL,
    follow_name name NOT NULL,
    upstream_xid xid NOT NULL,
    commit_lsn pg_lsn NOT NULL,
    committed_at timestamptz NOT NULL,
    number integer NOT NULL,
    command text NOT NULL,
    object text NOT NULL,
    role text NOT NULL,
    statement text,
    skipped_at timestamptz NOT NULL,
    resolved_at timestamptz,
    PRIMARY KEY (follow, commit_lsn, number)
);
COMMENT ON TABLE follower.skipped IS 'statements of the upstream''s transactions that were left out here';
COMMENT ON COLUMN follower.skipped.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.skipped.follow_name IS 'name of the follow';
COMMENT ON COLUMN follower.skipped.upstream_xid IS 'transaction id upstream';
COMMENT ON COLUMN follower.skipped.commit_lsn IS 'position of the commit upstream';
COMMENT ON COLUMN follower.skipped.committed_at IS 'time of the commit upstream';
COMMENT ON COLUMN follower.skipped.number IS 'place of the statement in its transaction';
COMMENT ON COLUMN follower.skipped.command IS 'INSERT, UPDATE or DELETE of a row, or a command tag';
COMMENT ON COLUMN follower.skipped.object IS 'the table, or the object that the command was about';
COMMENT ON COLUMN follower.skipped.role IS 'the role that ran the command upstream; empty for rows';
COMMENT ON COLUMN follower.skipped.statement IS
    'the statement with its values, to be run here; null where it could not be written or may hold a password';
COMMENT ON COLUMN follower.skipped.skipped_at IS 'when it was left out';
COMMENT ON COLUMN follower.skipped.resolved_at IS
    'when somebody has dealt with it, to be set by UPDATE; follow_status counts the transactions of the others';

-- Rows of the upstream that met rows which were changed here: how many, and the newest. Both are written by
-- src/apply/state/conflict_log.cpp.
CREATE TABLE follower.conflict_count (
    follow integer NOT NULL,
    follow_name name NOT NULL,
    schema_name name NOT NULL,
    table_name name NOT NULL,
    conflict text NOT NULL,
    count bigint NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (follow, schema_name, table_name, conflict)
);
COMMENT ON TABLE follower.conflict_count IS 'how often rows of the upstream met rows that were changed here';
COMMENT ON COLUMN follower.conflict_count.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.conflict_count.follow_name IS 'name of the follow';
COMMENT ON COLUMN follower.conflict_count.schema_name IS 'schema of the table';
COMMENT ON COLUMN follower.conflict_count.table_name IS 'name of the table';
COMMENT ON COLUMN follower.conflict_count.conflict IS 'kind of the conflict, by PostgreSQL 18''s names';
COMMENT ON COLUMN follower.conflict_count.count IS 'how many there were';
COMMENT ON COLUMN follower.conflict_count.last_at IS 'when the last one was met';

CREATE TABLE follower.conflicts (
    follow integer NOT NULL,
    number bigint NOT NULL,
    follow_name name NOT NULL,
    upstream_xid xid NOT NULL,
    commit_lsn pg_lsn NOT NULL,
    committed_at timestamptz NOT NULL,
    conflict text NOT NULL,
    schema_name name NOT NULL,
    table_name name NOT NULL,
    upstream_row text NOT NULL,
    local_row text,
    local_xid xid,
    local_origin text,
    local_committed_at timestamptz,
    resolution text NOT NULL,
    found_at timestamptz NOT NULL,
    PRIMARY KEY (follow, number)
);
COMMENT ON TABLE follower.conflicts IS
    'rows of the upstream that met rows which were changed here; the newest pg_follower.max_conflicts of each follow';
COMMENT ON COLUMN follower.conflicts.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.conflicts.number IS 'number of the conflict within the follow';
COMMENT ON COLUMN follower.conflicts.follow_name IS 'name of the follow';
COMMENT ON COLUMN follower.conflicts.upstream_xid IS 'transaction id upstream';
COMMENT ON COLUMN follower.conflicts.commit_lsn IS 'position of the commit upstream';
COMMENT ON COLUMN follower.conflicts.committed_at IS 'time of the commit upstream';
COMMENT ON COLUMN follower.conflicts.conflict IS 'kind of the conflict, by PostgreSQL 18''s names';
COMMENT ON COLUMN follower.conflicts.schema_name IS 'schema of the table';
COMMENT ON COLUMN follower.conflicts.table_name IS 'name of the table';
COMMENT ON COLUMN follower.conflicts.upstream_row IS
    'the new row of the upstream, as far as it was sent; of a DELETE, what finds the row';
COMMENT ON COLUMN follower.conflicts.local_row IS 'the row, or rows, that it met; null where it was missing';
COMMENT ON COLUMN follower.conflicts.local_xid IS 'the transaction here that wrote the local row';
COMMENT ON COLUMN follower.conflicts.local_origin IS
    'the replication origin of that transaction; null where it was none, or where that is not known';
COMMENT ON COLUMN follower.conflicts.local_committed_at IS
    'when that was committed; null unless track_commit_timestamp is on';
COMMENT ON COLUMN follower.conflicts.resolution IS 'what became of it';
COMMENT ON COLUMN follower.conflicts.found_at IS 'when it was met';

-- Objects that the upstream has dropped, to which values of regclass and the like may still refer by number. Known to
-- src/apply/state/dropped_objects.cpp.
CREATE TABLE follower.dropped_object (
    follow integer NOT NULL,
    catalog oid NOT NULL,
    upstream_oid oid NOT NULL,
    local_oid oid NOT NULL,
    PRIMARY KEY (follow, catalog, upstream_oid)
);
COMMENT ON TABLE follower.dropped_object IS
    'numbers of dropped objects, on both servers, for values of regclass and similar types';
COMMENT ON COLUMN follower.dropped_object.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.dropped_object.catalog IS 'number of the catalog that held the object';
COMMENT ON COLUMN follower.dropped_object.upstream_oid IS 'number of the object upstream';
COMMENT ON COLUMN follower.dropped_object.local_oid IS 'number of the object on this server';

-- The statements that make the schema of the upstream here, as long as they are to be run. Known to
-- src/apply/state/copy_statements.cpp.
CREATE TABLE follower.copy_statement (
    follow integer NOT NULL,
    number integer NOT NULL,
    statement text NOT NULL,
    role text,
    on_failure text NOT NULL,
    holds_secret boolean NOT NULL,
    PRIMARY KEY (follow, number)
);
COMMENT ON TABLE follower.copy_statement IS
    'statements of the schema that a follow copies and that are still to be run';
COMMENT ON COLUMN follower.copy_statement.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.copy_statement.number IS 'place in the order of the statements';
COMMENT ON COLUMN follower.copy_statement.statement IS 'the statement, or several that belong together';
COMMENT ON COLUMN follower.copy_statement.role IS 'the role that runs it; null for the worker''s own';
COMMENT ON COLUMN follower.copy_statement.on_failure IS
    'stop: the follow stops where it fails; note: it goes on, and notes it in follower.unsupported; exists: it goes on '
    'where what the statement makes is there already';
COMMENT ON COLUMN follower.copy_statement.holds_secret IS 'whether it may hold a password, so that no log shows it';

-- The tables whose rows are copied. src/apply/state/followed_tables.cpp reads and writes it. A table without a row here
-- has never needed a copy.
CREATE TABLE follower.followed_table (
    follow integer NOT NULL,
    relid oid NOT NULL,
    state text NOT NULL,
    copied_lsn pg_lsn,
    bytes_total bigint,
    bytes_done bigint,
    rows_total bigint,
    rows_done bigint,
    attempts integer NOT NULL DEFAULT 0,
    changes integer NOT NULL DEFAULT 0,
    pid integer,
    started_at timestamptz,
    finished_at timestamptz,
    first_xid xid8,
    last_xid xid8,
    error text,
    PRIMARY KEY (follow, relid)
);
COMMENT ON TABLE follower.followed_table IS 'the tables whose rows a follow copies or has copied';
COMMENT ON COLUMN follower.followed_table.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.followed_table.relid IS 'the table on this server';
COMMENT ON COLUMN follower.followed_table.state IS
    'waiting: its rows are still to be copied, and rows of the stream are left out; copying; copied: at copied_lsn; '
    'following: the copy is over, and rows of the stream are applied';
COMMENT ON COLUMN follower.followed_table.copied_lsn IS 'upstream position of the snapshot that was copied';
COMMENT ON COLUMN follower.followed_table.bytes_total IS
    'size of the table upstream, TOAST included, indexes not; null where it is not known yet';
COMMENT ON COLUMN follower.followed_table.bytes_done IS 'bytes of COPY data read, once the table is copied';
COMMENT ON COLUMN follower.followed_table.rows_total IS
    'number of rows upstream, as its statistics estimate it; null where it is not known';
COMMENT ON COLUMN follower.followed_table.rows_done IS 'number of rows copied, once the table is copied';
COMMENT ON COLUMN follower.followed_table.attempts IS 'how often its copy was begun';
COMMENT ON COLUMN follower.followed_table.changes IS
    'how often it could not be copied because the upstream had changed it after the snapshot';
COMMENT ON COLUMN follower.followed_table.pid IS 'the process that copies it, or did so last';
COMMENT ON COLUMN follower.followed_table.started_at IS 'when its last copy was begun';
COMMENT ON COLUMN follower.followed_table.finished_at IS 'when its copy was complete, indexes included';
COMMENT ON COLUMN follower.followed_table.first_xid IS
    'the first transaction of this server that can have written rows of the copy';
COMMENT ON COLUMN follower.followed_table.last_xid IS
    'all transactions that have written rows of the copy are older than this one';
COMMENT ON COLUMN follower.followed_table.error IS 'why its last copy was not completed; null if it was';

-- How the upstream's sequences stood when they were last set here. Known to src/apply/state/seen_sequences.cpp.
CREATE TABLE follower.seen_sequence (
    follow integer NOT NULL,
    upstream_oid oid NOT NULL,
    storage oid NOT NULL,
    last_value bigint NOT NULL,
    is_called boolean NOT NULL,
    PRIMARY KEY (follow, upstream_oid)
);
COMMENT ON TABLE follower.seen_sequence IS
    'how the sequences of the upstream stood when they were last set here; they are set again when they have moved';
COMMENT ON COLUMN follower.seen_sequence.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.seen_sequence.upstream_oid IS 'number of the sequence upstream';
COMMENT ON COLUMN follower.seen_sequence.storage IS
    'number of its storage upstream, which is another one after a command that resets it';
COMMENT ON COLUMN follower.seen_sequence.last_value IS 'its last_value';
COMMENT ON COLUMN follower.seen_sequence.is_called IS 'its is_called';

-- The large objects that follow. Known to src/apply/copy/large_objects.cpp.
CREATE TABLE follower.large_object (
    follow integer NOT NULL,
    object oid NOT NULL,
    facts text NOT NULL,
    PRIMARY KEY (follow, object)
);
COMMENT ON TABLE follower.large_object IS
    'the large objects that came from an upstream; one that is no more upstream is dropped here';
COMMENT ON COLUMN follower.large_object.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.large_object.object IS 'number of the large object, on both servers';
COMMENT ON COLUMN follower.large_object.facts IS 'digest of its owner, privileges and comment upstream';
CREATE TABLE follower.large_object_position (
    follow integer PRIMARY KEY,
    lsn pg_lsn NOT NULL
);
COMMENT ON TABLE follower.large_object_position IS 'how far the large objects of each follow have come';
COMMENT ON COLUMN follower.large_object_position.follow IS 'number of the follow, as in follower.follow';
COMMENT ON COLUMN follower.large_object_position.lsn IS
    'position in the upstream''s WAL before which all changes of large objects are here';

CREATE FUNCTION start_follow(conninfo text, follow_name name DEFAULT 'default', copy_data boolean DEFAULT true,
    origin text DEFAULT 'any', existing text DEFAULT 'error', allow_newer boolean DEFAULT false,
    create_slot boolean DEFAULT true, slot_name name DEFAULT NULL, start_lsn pg_lsn DEFAULT NULL)
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_start_follow';
COMMENT ON FUNCTION start_follow(text, name, boolean, text, text, boolean, boolean, name, pg_lsn) IS
    'follows the database of a connection string: checks what it can first, then starts a worker at commit; without '
    'copy_data only what happens from now on follows; with the origin "none" what the upstream itself received from '
    'elsewhere does not follow; existing says what becomes of objects that are here already: "error" refuses them, '
    '"keep" keeps those that are the same, with their rows, "replace" drops them; with allow_newer the upstream may be '
    'of a newer version of PostgreSQL than this server; without create_slot the slot slot_name has been made before, '
    'and this database holds what was committed upstream before start_lsn, and nothing else';

CREATE FUNCTION alter_follow(follow_name name DEFAULT 'default', conninfo text DEFAULT NULL, origin text DEFAULT NULL,
    allow_newer boolean DEFAULT NULL)
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_alter_follow';
COMMENT ON FUNCTION alter_follow(name, text, text, boolean) IS
    'changes what start_follow was given, with the same checks, and starts a running worker again; null leaves what is';

CREATE FUNCTION refresh_table("table" regclass, follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_refresh_table';
COMMENT ON FUNCTION refresh_table(regclass, name) IS
    'copies a table, or all partitions of one, anew from the upstream: begins at commit, while nothing else is '
    'applied; the view follow_copy_progress shows it';

CREATE FUNCTION stop_follow(follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_stop_follow';
COMMENT ON FUNCTION stop_follow(name) IS
    'stops the worker of a follow and waits until it is gone; the position is kept';

CREATE FUNCTION resume_follow(follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_resume_follow';
COMMENT ON FUNCTION resume_follow(name) IS 'goes on with a follow that is stopped or has failed, from where it was';

CREATE FUNCTION skip_transaction(lsn pg_lsn, follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_skip_transaction';
COMMENT ON FUNCTION skip_transaction(pg_lsn, name) IS
    'goes on with a follow, and leaves out the transaction that fails, if it commits upstream at this position; its '
    'statements are kept in follower.skipped';

CREATE FUNCTION drop_follow(follow_name name DEFAULT 'default', force boolean DEFAULT false)
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_drop_follow';
COMMENT ON FUNCTION drop_follow(name, boolean) IS
    'stops a follow, drops its slot upstream, and forgets it; the tables stay; force is for an upstream that is gone; '
    'given a slot, drops what a follow left behind on this server whose database was dropped';

CREATE FUNCTION wait_for_follow(timeout interval DEFAULT NULL, follow_name name DEFAULT 'default')
    RETURNS boolean LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_wait_for_follow';
COMMENT ON FUNCTION wait_for_follow(interval, name) IS
    'waits until everything committed upstream before the call is visible here: true then, false when the time '
    'ran out (never, if timeout is null), an error when the follow has failed';

CREATE FUNCTION sync_sequences(follow_name name DEFAULT 'default')
    RETURNS void LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_sync_sequences';
COMMENT ON FUNCTION sync_sequences(name) IS
    'waits until every sequence stands here as it stood upstream at the call, or later';

REVOKE ALL ON FUNCTION start_follow(text, name, boolean, text, text, boolean, boolean, name, pg_lsn),
    alter_follow(name, text, text, boolean),
    stop_follow(name), resume_follow(name), skip_transaction(pg_lsn, name), drop_follow(name, boolean),
    refresh_table(regclass, name), wait_for_follow(interval, name), sync_sequences(name) FROM PUBLIC;

CREATE FUNCTION follower.status(
    OUT follow_name name, OUT state text, OUT pid integer, OUT blocked_by integer[], OUT upstream text,
    OUT slot_name name, OUT received_lsn pg_lsn, OUT applied_lsn pg_lsn,
    OUT last_message_at timestamptz, OUT last_commit_at timestamptz,
    OUT transactions bigint, OUT rows_applied bigint, OUT ddl_applied bigint,
    OUT rows_missing bigint, OUT large_objects bigint,
    OUT last_error text, OUT last_error_detail text,
    OUT last_error_hint text, OUT last_error_context text, OUT last_error_at timestamptz,
    OUT last_error_resolved_at timestamptz, OUT last_error_sqlstate text, OUT last_error_command text,
    OUT last_error_object text, OUT last_error_statement text, OUT last_error_xid xid, OUT last_error_lsn pg_lsn,
    OUT last_error_committed_at timestamptz, OUT last_error_count bigint, OUT next_try_at timestamptz,
    OUT sync_error text)
    RETURNS SETOF record LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'pg_follower_status';
REVOKE ALL ON FUNCTION follower.status() FROM PUBLIC;
COMMENT ON FUNCTION follower.status() IS 'returns the rows of the view follow_status, but for how far they are behind';

-- Stable, so that the planner leaves the call out where the view's columns are not read: it connects to the upstream.
CREATE FUNCTION follower.lag(follow_name name, OUT lag_bytes bigint, OUT lag_time interval)
    RETURNS record LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'pg_follower_lag';
REVOKE ALL ON FUNCTION follower.lag(name) FROM PUBLIC;
COMMENT ON FUNCTION follower.lag(name) IS
    'returns how far a follow is behind its upstream, which it asks over a connection of its own';
GRANT EXECUTE ON FUNCTION follower.status(), follower.lag(name) TO pg_monitor;

-- Stable, so that it is called only where the column is read: it connects to the upstream.
CREATE FUNCTION follower.slot_waits_for(follow_name name)
    RETURNS text LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'pg_follower_slot_waits_for';
REVOKE ALL ON FUNCTION follower.slot_waits_for(name) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION follower.slot_waits_for(name) TO pg_monitor;
COMMENT ON FUNCTION follower.slot_waits_for(name) IS
    'returns the open transactions of a follow''s upstream, the oldest first: the making of a slot waits for their end';

CREATE VIEW follow_copy_progress AS
    SELECT f.name AS follow_name, f.copy_phase AS phase, t.relid::regclass AS relation,
        CASE WHEN t.state = 'copying' AND i.index_relid IS NOT NULL THEN 'indexing' ELSE t.state END AS state,
        nullif(i.index_relid, 0)::regclass AS index,
        d.bytes_done, t.bytes_total, d.rows_done, t.rows_total,
        (d.bytes_done / nullif(extract(epoch FROM d.elapsed), 0))::bigint AS bytes_per_second,
        CASE WHEN t.state = 'copying' AND i.index_relid IS NULL AND d.rows_done BETWEEN 1 AND t.rows_total
            THEN d.elapsed * (t.rows_total::float8 / d.rows_done - 1) END AS time_left,
        t.attempts, t.pid, t.started_at, t.finished_at, t.error,
        CASE WHEN f.enabled AND (f.copy_phase = 'slot' OR f.copy_phase = 'tables' AND NOT EXISTS (SELECT
                FROM follower.followed_table AS c WHERE c.follow = f.id AND c.state = 'copying'))
            THEN follower.slot_waits_for(f.name) END AS slot_waits_for
    FROM follower.follow AS f
    LEFT JOIN follower.followed_table AS t ON t.follow = f.id
    LEFT JOIN LATERAL (SELECT sum(p.bytes_processed) AS bytes, sum(p.tuples_processed) AS tuples
        FROM pg_stat_progress_copy AS p
        WHERE p.datname = current_database() AND p.relid = t.relid AND p.command = 'COPY FROM') AS p ON true
    LEFT JOIN LATERAL (SELECT p.index_relid FROM pg_stat_progress_create_index AS p
        WHERE p.datname = current_database() AND p.relid = t.relid LIMIT 1) AS i ON true
    CROSS JOIN LATERAL (SELECT
            (CASE WHEN t.state = 'copying' THEN coalesce(t.bytes_done + p.bytes, t.bytes_done, p.bytes)
                ELSE t.bytes_done END)::bigint AS bytes_done,
            (CASE WHEN t.state = 'copying' THEN coalesce(t.rows_done + p.tuples, t.rows_done, p.tuples)
                ELSE t.rows_done END)::bigint AS rows_done,
            coalesce(t.finished_at, clock_timestamp()) - t.started_at AS elapsed) AS d
    WHERE t.relid IS NOT NULL OR f.copy_phase <> 'done';
COMMENT ON VIEW follow_copy_progress IS 'the copy of each follow of this database, table by table';
COMMENT ON COLUMN follow_copy_progress.follow_name IS 'name of the follow';
COMMENT ON COLUMN follow_copy_progress.phase IS
    'what the copy does: slot (it is made), dump (the schema is read upstream), schema (it is made here), '
    'tables (their rows are copied); or done';
COMMENT ON COLUMN follow_copy_progress.relation IS 'the table or materialized view; null until the schema is there';
COMMENT ON COLUMN follow_copy_progress.state IS
    'waiting, copying, indexing, copied, or following: rows of the stream are applied to it';
COMMENT ON COLUMN follow_copy_progress.index IS 'the index that is being built';
COMMENT ON COLUMN follow_copy_progress.bytes_done IS 'bytes of COPY data read so far';
COMMENT ON COLUMN follow_copy_progress.bytes_total IS 'size of the table upstream, TOAST included, indexes not';
COMMENT ON COLUMN follow_copy_progress.rows_done IS 'rows read so far';
COMMENT ON COLUMN follow_copy_progress.rows_total IS 'rows upstream, as its statistics estimate them';
COMMENT ON COLUMN follow_copy_progress.bytes_per_second IS 'bytes_done divided by the time since started_at';
COMMENT ON COLUMN follow_copy_progress.time_left IS 'time until all rows are read, at the same rate; indexes come then';
COMMENT ON COLUMN follow_copy_progress.attempts IS 'how often its copy was begun';
COMMENT ON COLUMN follow_copy_progress.pid IS 'the process that copies it, or did so last';
COMMENT ON COLUMN follow_copy_progress.started_at IS 'when its last copy was begun';
COMMENT ON COLUMN follow_copy_progress.finished_at IS 'when its copy was complete, indexes included';
COMMENT ON COLUMN follow_copy_progress.error IS 'why its last copy was not completed; null if it was';
COMMENT ON COLUMN follow_copy_progress.slot_waits_for IS
    'the open transactions upstream, the oldest first, for whose end the creation of a slot or snapshot waits';
GRANT SELECT ON follow_copy_progress TO pg_monitor;

-- OFFSET 0 makes it one call for both columns.
CREATE VIEW follow_status AS
    SELECT s.follow_name, s.state, s.pid, s.blocked_by, s.upstream, s.slot_name, s.received_lsn, s.applied_lsn,
        (l.lag).lag_bytes, (l.lag).lag_time, s.last_message_at, s.last_commit_at, s.transactions,
        s.rows_applied, s.ddl_applied,
        s.rows_missing,
        (SELECT count(*) FROM follower.unsupported AS u JOIN follower.follow AS f ON u.follow = f.id
            WHERE f.name = s.follow_name AND u.resolved_at IS NULL) AS unsupported,
        (SELECT count(DISTINCT k.commit_lsn) FROM follower.skipped AS k JOIN follower.follow AS f ON k.follow = f.id
            WHERE f.name = s.follow_name AND k.resolved_at IS NULL) AS skipped,
        s.large_objects, s.last_error, s.last_error_detail, s.last_error_hint, s.last_error_context,
        s.last_error_sqlstate, s.last_error_command, s.last_error_object, s.last_error_statement, s.last_error_xid,
        s.last_error_lsn, s.last_error_committed_at, s.last_error_count, s.last_error_at, s.last_error_resolved_at,
        s.next_try_at, s.sync_error
    FROM follower.status() AS s
    CROSS JOIN LATERAL (SELECT follower.lag(s.follow_name) AS lag OFFSET 0) AS l;
COMMENT ON VIEW follow_status IS 'each follow of this database, and how far it has come';
COMMENT ON COLUMN follow_status.follow_name IS 'name of the follow';
COMMENT ON COLUMN follow_status.state IS 'starting, copying, streaming, stopped, retrying or failed';
COMMENT ON COLUMN follow_status.pid IS 'process id of the worker; null if none runs';
COMMENT ON COLUMN follow_status.blocked_by IS
    'process ids of the sessions that hold the lock for which the worker waits; null if it waits for none';
COMMENT ON COLUMN follow_status.upstream IS 'the connection to the upstream, without secrets';
COMMENT ON COLUMN follow_status.slot_name IS 'name of the replication slot upstream';
COMMENT ON COLUMN follow_status.received_lsn IS 'upstream position up to which the worker has received';
COMMENT ON COLUMN follow_status.applied_lsn IS
    'everything that was committed upstream before this position is visible here';
COMMENT ON COLUMN follow_status.lag_bytes IS
    'bytes of WAL between applied_lsn and the upstream''s own position; null if the upstream cannot be reached';
COMMENT ON COLUMN follow_status.lag_time IS
    'how long ago the transaction that is being applied was committed upstream; at most how long the follow has been '
    'behind, if none is; zero if everything is here';
COMMENT ON COLUMN follow_status.last_message_at IS
    'when the worker last heard of the upstream; null if it has not';
COMMENT ON COLUMN follow_status.last_commit_at IS
    'when the last transaction applied here was committed upstream; null if there is none';
COMMENT ON COLUMN follow_status.transactions IS 'number of transactions applied';
COMMENT ON COLUMN follow_status.rows_applied IS 'number of rows applied';
COMMENT ON COLUMN follow_status.rows_missing IS
    'number of rows to update or delete that were not found here; follower.unsupported names the first of them';
COMMENT ON COLUMN follow_status.ddl_applied IS 'number of commands applied';
COMMENT ON COLUMN follow_status.unsupported IS
    'number of entries of follower.unsupported, which lists commands and rows that could not follow, that nobody has '
    'resolved';
COMMENT ON COLUMN follow_status.skipped IS
    'number of transactions that were left out, with their statements in follower.skipped, and that nobody has '
    'resolved';
COMMENT ON COLUMN follow_status.large_objects IS
    'number of large objects upstream when the worker last started';
COMMENT ON COLUMN follow_status.last_error IS 'the last error of the worker; null if there has been none';
COMMENT ON COLUMN follow_status.last_error_detail IS 'its detail';
COMMENT ON COLUMN follow_status.last_error_hint IS 'its hint: what to do about it';
COMMENT ON COLUMN follow_status.last_error_context IS 'its context: what was being applied';
COMMENT ON COLUMN follow_status.last_error_sqlstate IS 'its SQLSTATE';
COMMENT ON COLUMN follow_status.last_error_command IS
    'the kind of the statement that was being applied; null, as the following columns, if there was none';
COMMENT ON COLUMN follow_status.last_error_object IS 'the table of that statement, or what else it is about';
COMMENT ON COLUMN follow_status.last_error_statement IS
    'the values that find the row, those of an inserted row, or the text of the command; null where that may hold a '
    'password';
COMMENT ON COLUMN follow_status.last_error_xid IS 'upstream transaction that was being applied';
COMMENT ON COLUMN follow_status.last_error_lsn IS 'position of its commit upstream';
COMMENT ON COLUMN follow_status.last_error_committed_at IS 'when it was committed upstream';
COMMENT ON COLUMN follow_status.last_error_count IS 'how often the error was raised, without anything between';
COMMENT ON COLUMN follow_status.last_error_at IS 'when it was raised last';
COMMENT ON COLUMN follow_status.last_error_resolved_at IS
    'when the worker had got past it; null while it has not, and where there has been none';
COMMENT ON COLUMN follow_status.next_try_at IS 'when the next try is due; null if none is';
COMMENT ON COLUMN follow_status.sync_error IS
    'why the upstream''s sequences or large objects could not be read at the last try; null if they could';
GRANT SELECT ON follow_status TO pg_monitor;

-- Stable for the same reason as follower.lag().
CREATE FUNCTION follower.slot(follow_name name, OUT active boolean, OUT wal_status text, OUT retained_bytes bigint,
    OUT safe_wal_size bigint)
    RETURNS record LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'pg_follower_slot';
REVOKE ALL ON FUNCTION follower.slot(name) FROM PUBLIC;
COMMENT ON FUNCTION follower.slot(name) IS
    'returns what the upstream says of the slot of a follow, which it asks over a connection of its own';
GRANT EXECUTE ON FUNCTION follower.slot(name) TO pg_monitor;

CREATE VIEW follow_slots AS
    SELECT s.follow_name, s.slot_name, (u.slot).active, (u.slot).wal_status, (u.slot).retained_bytes,
        (u.slot).safe_wal_size
    FROM follower.status() AS s
    CROSS JOIN LATERAL (SELECT follower.slot(s.follow_name) AS slot OFFSET 0) AS u;
COMMENT ON VIEW follow_slots IS
    'the replication slot of each follow, as the upstream sees it; null where the upstream cannot be reached or has no '
    'such slot';
COMMENT ON COLUMN follow_slots.follow_name IS 'name of the follow';
COMMENT ON COLUMN follow_slots.slot_name IS 'name of the replication slot upstream';
COMMENT ON COLUMN follow_slots.active IS 'whether a process of the upstream sends from it';
COMMENT ON COLUMN follow_slots.wal_status IS
    'whether the WAL that it needs is there: reserved, extended, unreserved or lost';
COMMENT ON COLUMN follow_slots.retained_bytes IS 'bytes of WAL that it keeps on the upstream''s disk';
COMMENT ON COLUMN follow_slots.safe_wal_size IS
    'bytes of WAL that the upstream can still write before the slot may be lost; null without max_slot_wal_keep_size';
GRANT SELECT ON follow_slots TO pg_monitor;

CREATE VIEW follow_conflicts AS
    SELECT c.follow_name, c.schema_name, c.table_name,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'insert_exists'), 0)::bigint AS insert_exists,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'update_origin_differs'), 0)::bigint AS update_origin_differs,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'update_exists'), 0)::bigint AS update_exists,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'update_missing'), 0)::bigint AS update_missing,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'delete_origin_differs'), 0)::bigint AS delete_origin_differs,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'delete_missing'), 0)::bigint AS delete_missing,
        coalesce(sum(c.count) FILTER (WHERE c.conflict = 'multiple_unique_conflicts'), 0)::bigint
            AS multiple_unique_conflicts,
        max(c.last_at) AS last_at
    FROM follower.conflict_count AS c
    GROUP BY c.follow_name, c.schema_name, c.table_name;
COMMENT ON VIEW follow_conflicts IS
    'for each table, how often rows of the upstream met rows that were changed here, by PostgreSQL 18''s names';
COMMENT ON COLUMN follow_conflicts.follow_name IS 'name of the follow';
COMMENT ON COLUMN follow_conflicts.schema_name IS 'schema of the table';
COMMENT ON COLUMN follow_conflicts.table_name IS 'name of the table';
COMMENT ON COLUMN follow_conflicts.insert_exists IS 'inserts of a key that was here already';
COMMENT ON COLUMN follow_conflicts.update_origin_differs IS 'updates of a row that somebody else had changed here';
COMMENT ON COLUMN follow_conflicts.update_exists IS 'updates to a key that another row had here';
COMMENT ON COLUMN follow_conflicts.update_missing IS 'updates of a row that was not here';
COMMENT ON COLUMN follow_conflicts.delete_origin_differs IS 'deletes of a row that somebody else had changed here';
COMMENT ON COLUMN follow_conflicts.delete_missing IS 'deletes of a row that was not here';
COMMENT ON COLUMN follow_conflicts.multiple_unique_conflicts IS
    'rows whose keys in several unique indexes were here already';
COMMENT ON COLUMN follow_conflicts.last_at IS 'when the last one was met';
GRANT SELECT ON follow_conflicts TO pg_monitor;

------------------------------------------------------------------------------------------------------------------ trust

-- Privileges may come from elsewhere (pg_read_all_data, pg_write_all_data, default privileges), and with the key, or
-- with a connection string of theirs, its holders could have commands run downstream as anybody. No policy: nobody but
-- superusers, and the C code, sees or changes a row.
ALTER TABLE follower.message_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.keyless_table ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.follow ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.unsupported ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.skipped ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.conflicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.conflict_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.dropped_object ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.followed_table ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.copy_statement ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.seen_sequence ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.large_object ENABLE ROW LEVEL SECURITY;
ALTER TABLE follower.large_object_position ENABLE ROW LEVEL SECURITY;
