-- Event triggers that run DDL and write rows, by their names before the extension's own: what they do comes after what made them fire.
CREATE ROLE breaker_owner;
GRANT CREATE ON SCHEMA public TO breaker_owner;
CREATE TABLE seen (tag text, object text);
CREATE FUNCTION react() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
	command record;
BEGIN
	FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
		INSERT INTO seen VALUES (command.command_tag, command.object_identity);
		IF command.command_tag = 'CREATE TABLE' THEN
			EXECUTE format('ALTER TABLE %s OWNER TO breaker_owner', command.object_identity);
			EXECUTE format('ALTER TABLE %s ADD made_at timestamptz DEFAULT clock_timestamp()', command.object_identity);
			EXECUTE format('CREATE INDEX ON %s (made_at)', command.object_identity);
			EXECUTE format('INSERT INTO %s DEFAULT VALUES', command.object_identity);
		END IF;
	END LOOP;
END $$;
CREATE EVENT TRIGGER aa ON ddl_command_end EXECUTE FUNCTION react();
CREATE TABLE t (i int, s serial);
CREATE TABLE t2 AS SELECT 1 AS a;
CREATE SCHEMA es CREATE TABLE t (i int) CREATE VIEW v AS SELECT * FROM t;
ALTER TABLE t2 ADD b int DEFAULT 3;
CREATE FUNCTION restore() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE VIEW v AS SELECT 2 AS i';
END $$;
CREATE VIEW v AS SELECT 1 AS i;
CREATE EVENT TRIGGER ab ON sql_drop WHEN TAG IN ('DROP VIEW') EXECUTE FUNCTION restore();
DROP VIEW v;
CREATE TABLE t3 (i int);
