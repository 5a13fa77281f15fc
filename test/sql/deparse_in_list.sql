-- Expressions whose text is repaired, so that it reads as what is stored. IN lists of varchar values: the array's own
-- type is named.
SELECT FROM pg_create_logical_replication_slot('deparse_in_list', 'pg_follower');

CREATE TABLE in_list (s varchar(10) PRIMARY KEY CHECK (s IN ('a', 'it''s', E'\\')), n integer CHECK (n IN (1, 2)));
CREATE INDEX in_list_part ON in_list (n) WHERE s IN ('])::', '(ARRAY[''x''::text])::');
CREATE VIEW in_list_view AS SELECT s = ANY (ARRAY['q', NULL]::varchar(3)[]) AS "(ARRAY['x'::text])::y" FROM in_list;
CREATE VIEW in_list_numbers AS SELECT ARRAY[1, 2]::integer[]::numeric(3,1)[] AS a, ARRAY[1.5, 2]::numeric(4,1)[] AS b, ARRAY[-1]::integer[]::bigint[] AS c;
-- Not all of one type, and not only constants: as it is.
CREATE VIEW in_list_mixed AS SELECT (ARRAY['a'::varchar(3), 'b'::varchar(4)])::text[] AS a, (ARRAY[s, s])::text[] AS b FROM in_list;
-- Conditions within conditions, and the comparison of rows of 40 columns within one.
CREATE TABLE in_list_wide (c1 integer, c2 integer, c3 integer, c4 integer, c5 integer, c6 integer, c7 integer, c8 integer, c9 integer, c10 integer, c11 integer, c12 integer, c13 integer, c14 integer, c15 integer, c16 integer, c17 integer, c18 integer, c19 integer, c20 integer, c21 integer, c22 integer, c23 integer, c24 integer, c25 integer, c26 integer, c27 integer, c28 integer, c29 integer, c30 integer, c31 integer, c32 integer, c33 integer, c34 integer, c35 integer, c36 integer, c37 integer, c38 integer, c39 integer, c40 integer,
    CHECK (c1 BETWEEN 1 AND 9 AND c2 > 0),
    CHECK (c1 NOT BETWEEN 1 AND (CASE WHEN c2 BETWEEN 1 AND 2 AND c3 > 0 THEN 5 ELSE 6 END) OR c2 > 0),
    CHECK ((c1, c2) = (c3, c4) AND c5 > 0), CHECK ((c1, c2, c3) <> (c3, c4, c5) OR c6 * (c1 + c2) > 0),
    CHECK (c1 >= 1 AND c2 <= 9 AND c3 > 0), CHECK ((c1 > 1 OR c2 > 1) AND c3 > 0),
    CHECK ((c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25, c26, c27, c28, c29, c30, c31, c32, c33, c34, c35, c36, c37, c38, c39, c40) =
           (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40) AND c1 > 0));
-- What a user wrote in a literal is not touched.
CREATE FUNCTION in_list_body() RETURNS text[] LANGUAGE sql AS $$ SELECT (ARRAY['a'::varchar])::text[] $$;
COMMENT ON TABLE in_list IS '(ARRAY[''a''::varchar])::text[]';

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_in_list', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT;)';
DROP FUNCTION in_list_body();
DROP VIEW in_list_numbers;
DROP TABLE in_list_wide;
DROP TABLE in_list CASCADE;
SELECT FROM pg_drop_replication_slot('deparse_in_list');
