-- IN lists of varchar values: their text, read again, is another expression, unless the array's own type is named.
CREATE DOMAIN ilv AS varchar CHECK (value IN ('a', 'b'));
CREATE TABLE ilv_t (s varchar(10) CHECK (s IN ('a', 'b''])::', E'c\\''')), c ilv CHECK (c IN ('x', '$a$')), n varchar(3) DEFAULT 'x');
ALTER TABLE ilv_t ADD CONSTRAINT k CHECK (s = ANY (ARRAY['a', 'b']));
CREATE VIEW ilv_v AS SELECT s, n IN ('a', NULL) AS "(ARRAY['a'::text])::b" FROM ilv_t WHERE s IN ('a', 'b') OR n IN ('x', E'y\\');
CREATE INDEX ON ilv_t (s) WHERE s IN ('a', 'b');
CREATE POLICY p ON ilv_t USING (n NOT IN ('q', 'r'));
CREATE FUNCTION ilv_f(v varchar DEFAULT 'x') RETURNS bool LANGUAGE sql RETURN v IN ('$$', 'b');
CREATE FUNCTION ilv_g(v varchar) RETURNS bool LANGUAGE sql AS $$ SELECT v = ANY ((ARRAY['a'::character varying])::text[]) $$;
CREATE FUNCTION ilv_tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t BEFORE INSERT ON ilv_t FOR EACH ROW WHEN (new.s IN ('a', 'b')) EXECUTE FUNCTION ilv_tf();
CREATE RULE r AS ON DELETE TO ilv_t WHERE old.s IN ('p', 'q') DO INSTEAD NOTHING;
ALTER TABLE ilv_t ADD g bool GENERATED ALWAYS AS (s IN ('a', 'b')) STORED;
CREATE VIEW ilv_n AS SELECT ARRAY[1, 2]::int[]::numeric(3,1)[] AS a, ARRAY[1.5, 2]::numeric[]::float8[] AS b, ARRAY[-1, NULL]::int[]::bigint[] AS c;
CREATE VIEW ilv_w AS SELECT 1 AS one WHERE ARRAY['a', 'b']::varchar[]::text[] @> '{a}'
	AND (ARRAY['a', 'b']::varchar(3)[])::text[] @> '{a}' AND (ARRAY['a'::varchar(3), 'b'::varchar(4)])::text[] @> '{a}'
	AND ((ARRAY['a', NULL]::"char"[])::text[])[1] = 'a';
INSERT INTO ilv_t VALUES ('a', NULL, 'y'), (E'c\\''', NULL, NULL);
