-- Settings changed by SET LOCAL and by functions' own SET clauses do not leak into what is sent.
BEGIN;
SET LOCAL search_path = pg_catalog;
CREATE TABLE public.t (i int4, v text DEFAULT lower('X'));
COMMIT;
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET search_path = pg_temp AS $$ BEGIN CREATE TABLE public.from_f (t public.t); END $$;
SELECT f();
