-- The output plugin's options, and the shape of what it writes in its two forms.
CREATE TABLE plugin_options (id int PRIMARY KEY, t text);
SELECT 'created' FROM pg_create_logical_replication_slot('regress_options', 'pg_follower');
INSERT INTO plugin_options VALUES (1, 'one');

-- The form sql, the default: settings first, and one statement a message.
SELECT data FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL);
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'format', 'sql');
-- include-xids has no effect.
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'include-xids', '1');
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'include-xids', 'off', 'origin', 'any');

-- The form statements: a small transaction is one message, which starts with the version and the begin record.
SELECT count(*), min(encode(substr(data, 1, 2), 'escape'))
FROM pg_logical_slot_peek_binary_changes('regress_options', NULL, NULL, 'format', 'statements');
SELECT count(*)
FROM pg_logical_slot_peek_binary_changes('regress_options', NULL, NULL, 'format', 'statements', 'version', '5');

-- A session's own settings neither show in the output nor change.
SET search_path = pg_catalog, public;
SET datestyle = 'SQL, DMY';
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL);
SHOW search_path;
SHOW datestyle;
RESET search_path;
RESET datestyle;

-- Refused, with the server's error codes
\set SHOW_CONTEXT never
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'format', 'json');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'format', 'SQL');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'colour', 'red');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'format', 'sql', 'format', 'sql');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'include-xids', 'perhaps');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'origin', 'mine');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'version', '5');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'format', 'statements');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_binary_changes('regress_options', NULL, NULL, 'format', 'statements', 'version', '0');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_binary_changes('regress_options', NULL, NULL, 'format', 'statements', 'version', '1x');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_binary_changes('regress_options', NULL, NULL, 'format', 'statements', 'version', '99');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'confirmed', 'here');
\echo :LAST_ERROR_SQLSTATE
SELECT 1 FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'downstream', '1.2');
\echo :LAST_ERROR_SQLSTATE
-- Errors leave no setting behind.
SHOW search_path;

-- Changes that came from elsewhere are sent, too, unless the client wants none of them.
SELECT 'created' FROM pg_replication_origin_create('regress_elsewhere');
SELECT 'skipped' FROM pg_logical_slot_get_changes('regress_options', NULL, NULL) LIMIT 1;
SELECT pg_replication_origin_session_setup('regress_elsewhere');
INSERT INTO plugin_options VALUES (2, 'foreign');
SELECT pg_replication_origin_session_reset();
SELECT data FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL) WHERE data !~ '^SET [A-Za-z_]+ = ';
SELECT data FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'origin', 'none');
SELECT data FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'origin', 'any')
WHERE data !~ '^SET [A-Za-z_]+ = ';

SELECT 'skipped' FROM pg_logical_slot_get_changes('regress_options', NULL, NULL) LIMIT 1;

-- Messages of other prefixes, and those that only claim to be DDL, are nothing to follow.
SELECT 'sent' FROM pg_logical_emit_message(true, 'other', 'content');
SELECT 'sent' FROM pg_logical_emit_message(false, 'pg_follower', 'content');
SELECT 'sent' FROM pg_logical_emit_message(true, 'pg_follower', 'D DROP TABLE plugin_options');
SELECT 'sent' FROM pg_logical_emit_message(true, 'pg_follower', '');
SELECT 'sent' FROM pg_logical_emit_message(true, 'pg_follower', repeat(E'\x7f', 200));
SELECT data FROM pg_logical_slot_get_changes('regress_options', NULL, NULL);

-- A client may say what it has confirmed. A slot that is further is not read.
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'confirmed', 'FFFFFFFF/0');
\set VERBOSITY sqlstate
SELECT count(*) FROM pg_logical_slot_peek_changes('regress_options', NULL, NULL, 'confirmed', '0/1');
\set VERBOSITY default

SELECT pg_drop_replication_slot('regress_options');
SELECT pg_replication_origin_drop('regress_elsewhere');
DROP TABLE plugin_options;
