-- Bodies with COMMIT and with every quoting tag that a tool might use for its own.
CREATE PROCEDURE p() LANGUAGE plpgsql AS $_$ BEGIN COMMIT; RAISE NOTICE '$$ $pgf$ $function$ $procedure$ $sql$ $DDL$ $pg_follower$ '' \ '; END $_$;
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $function_$ SELECT $body$ $$ $function$ $procedure$ COMMIT; $body$::text $function_$;
CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN E''a\\b''''c''; END';
COMMENT ON FUNCTION f() IS $$it's a $body$ with \ and ; COMMIT; $$;
