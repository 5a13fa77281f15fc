-- CREATE SCHEMA with elements: their commands are written in their order, and before what a function does in their midst.
SET client_min_messages = warning;
CREATE FUNCTION f(i integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE s.made_%s (LIKE s.plain)', i);
    EXECUTE format('INSERT INTO s.plain VALUES (%s)', i);
    RETURN i;
END
$$;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_schema', 'pg_follower');

CREATE SCHEMA s
    CREATE TABLE plain (i serial, n integer)
    CREATE TABLE keyed (id integer PRIMARY KEY, other integer REFERENCES keyed)
    CREATE TABLE t (i integer) PARTITION BY RANGE (i)
    CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (1) TO (f(2))
    CREATE VIEW v AS SELECT v.n FROM plain v, t
    CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (10) TO (f(20))
    GRANT SELECT ON plain TO PUBLIC;
-- Without a function nothing is early.
CREATE SCHEMA s2 CREATE TABLE plain (i serial) CREATE VIEW v AS SELECT v.i FROM plain v, plain w;

-- From version 18 on, LIKE copies the names of NOT NULL constraints.
SELECT regexp_replace(replace(data, ' CONSTRAINT plain_i_not_null', ''), '^(CREATE SCHEMA .*) AUTHORIZATION.*', '\1;') AS data
FROM pg_logical_slot_get_changes('deparse_schema', NULL, NULL)
WHERE data !~ '^(SET|RESET)';
DROP SCHEMA s, s2 CASCADE;
SELECT pg_drop_replication_slot('deparse_schema');
DROP FUNCTION f(integer);
