-- IN lists of varchar values: the array's own type is named, so that the text reads as what is stored.
SELECT FROM pg_create_logical_replication_slot('deparse_in_list', 'pg_follower');

CREATE TABLE in_list (s varchar(10) PRIMARY KEY CHECK (s IN ('a', 'it''s', E'\\')), n integer CHECK (n IN (1, 2)));
CREATE INDEX in_list_part ON in_list (n) WHERE s IN ('])::', '(ARRAY[''x''::text])::');
CREATE VIEW in_list_view AS SELECT s = ANY (ARRAY['q', NULL]::varchar(3)[]) AS "(ARRAY['x'::text])::y" FROM in_list;
CREATE VIEW in_list_numbers AS SELECT ARRAY[1, 2]::integer[]::numeric(3,1)[] AS a, ARRAY[1.5, 2]::numeric(4,1)[] AS b, ARRAY[-1]::integer[]::bigint[] AS c;
-- Not all of one type, and not only constants: as it is.
CREATE VIEW in_list_mixed AS SELECT (ARRAY['a'::varchar(3), 'b'::varchar(4)])::text[] AS a, (ARRAY[s, s])::text[] AS b FROM in_list;
-- What a user wrote in a literal is not touched.
CREATE FUNCTION in_list_body() RETURNS text[] LANGUAGE sql AS $$ SELECT (ARRAY['a'::varchar])::text[] $$;
COMMENT ON TABLE in_list IS '(ARRAY[''a''::varchar])::text[]';

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_in_list', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT;)';
DROP FUNCTION in_list_body();
DROP VIEW in_list_numbers;
DROP TABLE in_list CASCADE;
SELECT FROM pg_drop_replication_slot('deparse_in_list');
