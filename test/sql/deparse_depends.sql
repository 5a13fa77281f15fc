-- ALTER ... [NO] DEPENDS ON EXTENSION.
CREATE SCHEMA o;
SET search_path = o;
CREATE TABLE t (id integer);
CREATE INDEX t_index ON t (id);
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE a(integer) (sfunc = int4_sum, stype = bigint);
CREATE FUNCTION trigger_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER trg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trigger_function();
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS i;
SELECT FROM pg_create_logical_replication_slot('deparse_depends', 'pg_follower');

ALTER FUNCTION f(integer) DEPENDS ON EXTENSION plpgsql;
ALTER PROCEDURE p DEPENDS ON EXTENSION plpgsql;
ALTER ROUTINE p NO DEPENDS ON EXTENSION plpgsql;
ALTER ROUTINE a(integer) DEPENDS ON EXTENSION plpgsql;
ALTER TRIGGER trg ON t DEPENDS ON EXTENSION plpgsql;
ALTER MATERIALIZED VIEW mv DEPENDS ON EXTENSION plpgsql;
ALTER INDEX t_index DEPENDS ON EXTENSION plpgsql;
ALTER INDEX t_index NO DEPENDS ON EXTENSION plpgsql;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_depends', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP SCHEMA o CASCADE;
RESET search_path;
SELECT FROM pg_drop_replication_slot('deparse_depends');
