-- Functions that the elements of CREATE SCHEMA call run statements of their own, which need what is there already.
CREATE TABLE seen (what text);
CREATE FUNCTION f(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		EXECUTE format('CREATE TABLE s.undone_%s (i int) INHERITS (s.plain)', i);
		EXECUTE 'INSERT INTO s.plain VALUES (-1)';
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN
		INSERT INTO public.seen SELECT relname FROM pg_class WHERE relnamespace = 's'::regnamespace;
	END;
	EXECUTE format('CREATE TABLE s.made_%s (i int) INHERITS (s.plain)', i);
	EXECUTE 'INSERT INTO s.plain VALUES ($1)' USING i;
	EXECUTE 'UPDATE s.plain SET n = n + 1000';
	EXECUTE 'CREATE INDEX ON s.plain (n)';
	EXECUTE format('CREATE TABLE s.rows_%s AS SELECT * FROM s.plain', i);
	EXECUTE format('ALTER TABLE s.plain ADD u%s uuid DEFAULT gen_random_uuid()', i);
	RETURN i * 10;
END $$;
CREATE SCHEMA s
	CREATE TABLE plain (n int DEFAULT 5)
	CREATE TABLE keyed (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, c text CHECK (c <> ''))
	CREATE TABLE t (i serial, n int REFERENCES keyed) PARTITION BY RANGE (i)
	CREATE TABLE p1 PARTITION OF t FOR VALUES FROM (1) TO (f(2))
	CREATE VIEW v AS SELECT n FROM plain
	CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (100) TO (f(20))
	CREATE INDEX t_n ON t (n)
	CREATE SEQUENCE q
	GRANT SELECT ON t TO PUBLIC;
INSERT INTO s.keyed (c) VALUES ('a');
INSERT INTO s.t (n) VALUES (1);
SELECT * FROM s.v;

-- A schema of another role, made by a function of a third one, in a schema that is made meanwhile.
CREATE ROLE regress_of_schema;
CREATE FUNCTION g(i int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
	EXECUTE format('CREATE SCHEMA inner_%s CREATE TABLE t (i int PRIMARY KEY) PARTITION BY RANGE (i)
		CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (public.h(%s)) CREATE TABLE last (i int)', i, i);
	RETURN i;
END $$;
CREATE FUNCTION h(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE inner_%s.of_h (i int)', i);
	EXECUTE format('INSERT INTO inner_%s.of_h VALUES (%s)', i, i);
	RETURN i;
END $$;
CREATE SCHEMA outside AUTHORIZATION regress_of_schema
	CREATE TABLE t (i int) PARTITION BY RANGE (i)
	CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (public.g(5));
INSERT INTO outside.t VALUES (2);

-- What fails leaves nothing, and the next one is as ever.
CREATE FUNCTION fails(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE public.gone (i int);
	RETURN 1 / (i - i);
END $$;
DO $$
BEGIN
	CREATE SCHEMA failed
		CREATE TABLE t (i int) PARTITION BY RANGE (i)
		CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (public.fails(5));
EXCEPTION WHEN OTHERS THEN
	CREATE TABLE after_failure (i int);
	INSERT INTO after_failure VALUES (1);
END $$;
BEGIN;
SAVEPOINT a;
CREATE SCHEMA failed CREATE TABLE t (i int) PARTITION BY RANGE (i)
	CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (public.fails(5));
ROLLBACK TO a;
CREATE TABLE after_savepoint (i int);
INSERT INTO after_savepoint VALUES (1);
CREATE SCHEMA works CREATE TABLE t (i int) PARTITION BY RANGE (i)
	CREATE TABLE p PARTITION OF t FOR VALUES FROM (1) TO (public.g(6));
COMMIT;
DROP SCHEMA s, outside, inner_5, works CASCADE;
DROP ROLE regress_of_schema;
