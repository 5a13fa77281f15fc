-- Event triggers that fire at login, from version 17 on.
CREATE FUNCTION at_login() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER logs_in ON login EXECUTE FUNCTION at_login();
ALTER EVENT TRIGGER logs_in ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER logs_in IS 'at login';
CREATE FUNCTION at_reindex() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER reindexed ON ddl_command_end WHEN TAG IN ('REINDEX') EXECUTE FUNCTION at_reindex();
CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE INDEX ON t (a);
INSERT INTO t VALUES (1, 2);
REINDEX TABLE t;
REINDEX INDEX CONCURRENTLY t_a_idx;
ALTER EVENT TRIGGER logs_in DISABLE;
DROP EVENT TRIGGER reindexed;
