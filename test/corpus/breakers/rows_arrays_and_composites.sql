-- Arrays with bounds, NULLs and quotes; composites, nested; domains over arrays; enums, ranges and multiranges.
CREATE TYPE c AS (a int, b text, d date);
CREATE TYPE cc AS (x c, y c[]);
CREATE DOMAIN da AS int[] CHECK (array_length(value, 1) < 10);
CREATE DOMAIN dc AS c CHECK ((value).a > 0);
CREATE TYPE en AS ENUM ('a b', 'c"d', 'e,f', '');
CREATE TABLE t (i int PRIMARY KEY, ar int[], tx text[], co c, n cc, ad da, dd dc, e en[], r int4range, m nummultirange, tr tstzrange[]);
INSERT INTO t VALUES (1, '[-1:1]={1,NULL,3}', ARRAY['a"b', 'c\d', 'NULL', NULL, '', '{x,y}', E'new\nline'], ROW(1, 'q"(),\', '2024-01-01'), ROW(ROW(1, NULL, NULL), ARRAY[ROW(2, '', NULL)::c, NULL]), '{1,2}', ROW(5, NULL, NULL), ARRAY['a b', 'c"d', 'e,f', '']::en[], '[1,5)', '{[1,2],(3.5,)}', ARRAY['[2024-01-01,2024-02-01)'::tstzrange, 'empty']),
	(2, '{{1,2},{3,NULL}}', '{}', ROW(NULL, NULL, NULL), NULL, NULL, NULL, '{}', 'empty', '{}', NULL);
UPDATE t SET ar[5] = 7, co.b = 'changed', n.x.a = 99 WHERE i = 1;
CREATE TABLE keyless AS SELECT * FROM t;
UPDATE keyless SET i = 3 WHERE i = 2;
DELETE FROM keyless WHERE i = 1;
