-- CREATE EXTENSION inside a function; its inner commands are not sent.
CREATE FUNCTION ext() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE EXTENSION pg_trgm; END $$;
SELECT ext();
CREATE TABLE t (v text);
CREATE INDEX t_trgm ON t USING gin (v gin_trgm_ops);
INSERT INTO t VALUES ('abc');
