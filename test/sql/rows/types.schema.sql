-- Types: a table for each, with a few values that are hard to carry, in types.samples.
SET client_min_messages = error;
CREATE SCHEMA types;

CREATE TYPE types.colour AS ENUM ('red', 'light blue', 'it''s "green"', '');
CREATE TYPE types.pair AS (a int, "B c" text);
CREATE TYPE types.nest AS (p types.pair, list types.pair[], c types.colour);
CREATE DOMAIN types.positive AS int CHECK (VALUE > 0);
CREATE DOMAIN types.short AS varchar(3);
CREATE DOMAIN types.three AS int[] CHECK (array_length(VALUE, 1) = 3);
CREATE DOMAIN types.checked_pair AS types.pair CHECK ((VALUE).a IS DISTINCT FROM 13);
CREATE DOMAIN types.positive_again AS types.positive;
CREATE TYPE types.float_span AS RANGE (subtype = float8);
-- Types of contrib modules
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
CREATE EXTENSION hstore SCHEMA types;
CREATE EXTENSION ltree SCHEMA types;
CREATE EXTENSION cube SCHEMA types;
CREATE EXTENSION isn SCHEMA types;
CREATE EXTENSION seg SCHEMA types;
CREATE EXTENSION intarray SCHEMA types;
-- A base type, which borrows the functions of text
CREATE TYPE types.base;
CREATE FUNCTION types.base_in(cstring) RETURNS types.base AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION types.base_out(types.base) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE types.base (INPUT = types.base_in, OUTPUT = types.base_out, INTERNALLENGTH = variable);
CREATE TABLE types."Od""d" ();
CREATE FUNCTION types.f(int, types.pair) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OPERATOR types.<+> (FUNCTION = types.f, LEFTARG = int, RIGHTARG = types.pair);
CREATE COLLATION types.plain (locale = 'C');
CREATE TEXT SEARCH CONFIGURATION types.search (COPY = simple);
CREATE TEXT SEARCH DICTIONARY types.words (TEMPLATE = simple);

CREATE TABLE types.samples (type text, sample text);
INSERT INTO types.samples (type, sample)
SELECT type, unnest(samples)
FROM (VALUES
    ('boolean', ARRAY['true', 'false']),
    ('smallint', ARRAY['-32768', '32767', '0']),
    ('integer', ARRAY['-2147483648', '2147483647', '0']),
    ('bigint', ARRAY['-9223372036854775808', '-999999999999999999', '9223372036854775807', '-1']),
    ('oid', ARRAY['4294967295', '0']),
    ('real', ARRAY['NaN', 'Infinity', '-Infinity', '-0', '0', '1e-45', '3.4028235e38', '0.1', '-1e-38']),
    ('double precision', ARRAY['NaN', 'Infinity', '-Infinity', '-0', '0', '5e-324', '1.7976931348623157e308',
        '2.2250738585072011e-308', '0.1', '123456789012345678', '1e15', '1e16']),
    ('numeric', ARRAY['NaN', 'Infinity', '-Infinity', '1', '1.0', '1.00', '-0.000', '0', repeat('9', 1000) || '.5',
        '0.' || repeat('0', 1000) || '7', '1e-16383', '10000', '-0.0001']),
    ('numeric(10,2)', ARRAY['-12345678.90', '0.01', 'NaN']),
    ('numeric(3,-2)', ARRAY['99900']),
    ('money', ARRAY['-92233720368547758.08', '1234.5']),
    ('text', ARRAY['', ' ', 'it''s', E'back\\slash', E'\\', E'new\nline\ttab\rreturn', '%s %d %%', '$1', '"double"',
        'NULL', '(a,b)', '{a}', 'é 漢字 🎉', E'\x01\x7f', '--', '/*', ':name', E'\u00a0', repeat('x', 3000)]),
    ('varchar(5)', ARRAY['', 'abcde', 'ab   ', 'ééééé']),
    ('char(5)', ARRAY['', 'ab', '  ab', 'ééééé']),
    ('char', ARRAY['', 'a', ' ']),
    ('"char"', ARRAY['', 'a', ' ', '''', E'\\', E'\\377']),
    ('name', ARRAY['', 'a name', 'Quo"te', repeat('n', 63)]),
    ('bytea', ARRAY['', '\x00ff5c27', '\x' || repeat('deadbeef', 1000)]),
    ('date', ARRAY['infinity', '-infinity', '0044-03-15 BC', '5874897-12-31', '4714-11-24 BC', '2024-02-29', '0001-01-01']),
    ('time', ARRAY['24:00:00', '00:00:00.000001', '23:59:59.999999']),
    ('time(2)', ARRAY['12:34:56.78']),
    ('timetz', ARRAY['23:59:59.999999-15:59:59', '00:00:00+15:59', '24:00:00-00']),
    ('timestamp', ARRAY['infinity', '-infinity', '294276-12-31 23:59:59.999999', '4714-11-24 00:00:00 BC',
        '2024-02-29 12:34:56.789012', '0001-01-01 00:00:00', '0044-03-15 12:00:00.5 BC', '1970-01-01', '1999-12-31 23:59:59.1']),
    ('timestamp(0)', ARRAY['2024-02-29 12:34:56']),
    ('timestamptz', ARRAY['infinity', '-infinity', '294276-12-31 23:59:59.999999+00', '4714-11-24 00:00:00+00 BC',
        '2024-02-29 12:34:56.789012+05:45', '0044-03-15 12:00:00.5-08 BC', '1970-01-01 00:00:00Z',
        '1883-11-18 12:03:57-04:56:02', '2024-03-31 01:30:00+00']),
    ('interval', ARRAY['1 year -2 mons 3 days -04:05:06.000007', '-178000000 years', '0', '2147483647 days',
        '-00:00:00.000001', '1 day -25:00:00', '-1 mon +1 day']),
    ('interval year to month', ARRAY['5 years 3 months']),
    ('interval second(2)', ARRAY['1.25 seconds']),
    ('uuid', ARRAY['00000000-0000-0000-0000-000000000000', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11']),
    ('inet', ARRAY['::1', '10.1.2.3/8', '2001:db8::1/64', '::ffff:1.2.3.4']),
    ('cidr', ARRAY['10.0.0.0/8', '2001:db8::/32']),
    ('macaddr', ARRAY['08:00:2b:01:02:03']),
    ('macaddr8', ARRAY['08:00:2b:01:02:03:04:05']),
    ('json', ARRAY[' {"a" : 1,  "a":"2\u00e9\\"} ', '[]', 'null', '"x"', E'{\n}']),
    ('jsonb', ARRAY['{"b":1e400,"a":[null,"\u00e9\\"," "]}', '[]', 'null', '-0.10', '{"":{}}']),
    ('jsonpath', ARRAY['$.a[*] ? (@ > 1 && @.b like_regex "^x\\d" flag "i")', 'strict $']),
    ('xml', ARRAY['<a b="c">d &amp; e</a>', 'plain <x/> content', '', '<?xml version="1.0"?><!DOCTYPE a><a>é</a>',
        ' <a> </a> ']),
    ('tsvector', ARRAY['', 'a:1A fat:2B,4C ''it''''s'':3 ''back\\slash''', 'é:16383']),
    ('tsquery', ARRAY['', 'a & !b <-> ''c d'':AB', 'x:*']),
    ('bit(5)', ARRAY['10101', '00000']),
    ('bit', ARRAY['1']),
    ('bit varying', ARRAY['', '1', '0000000000000000000001']),
    ('bit varying(3)', ARRAY['101']),
    ('point', ARRAY['(0,-0)', '(0,0)', '(NaN,Infinity)', '(1e-300,0.1)']),
    ('line', ARRAY['{1,-1,0}']),
    ('lseg', ARRAY['[(1,2),(3,4)]', '[(3,4),(1,2)]']),
    ('box', ARRAY['(3,4),(1,2)', '(0,0),(0,0)']),
    ('path', ARRAY['[(1,2),(3,4)]', '((1,2),(3,4))']),
    ('polygon', ARRAY['((0,0),(1,1),(0.1,2))']),
    ('circle', ARRAY['<(1,2),3>', '<(-0,0),0>']),
    ('pg_lsn', ARRAY['0/0', 'FFFFFFFF/FFFFFFFF']),
    ('pg_snapshot', ARRAY['10:20:10,14,15']),
    ('txid_snapshot', ARRAY['10:20:10,14,15']),
    ('xid', ARRAY['4294967295']),
    ('xid8', ARRAY['18446744073709551615']),
    ('cid', ARRAY['7']),
    ('tid', ARRAY['(4294967295,65535)', '(0,1)']),
    ('oidvector', ARRAY['', '1 2 4294967295']),
    ('int2vector', ARRAY['', '1 -2']),
    ('refcursor', ARRAY['a "cursor"']),
    ('aclitem', ARRAY['=r/pg_monitor', 'pg_monitor=arwdDxt*/pg_monitor']),
    ('int4range', ARRAY['empty', '(,)', '[1,)', '(,5]', '[3,7)']),
    ('numrange', ARRAY['[1.0,1.00]', '(0,1.5]', '(-Infinity,NaN)']),
    ('tstzrange', ARRAY['[2024-01-01 00:00+02,infinity)', '(,2024-01-01 00:00:00.5-08]']),
    ('daterange', ARRAY['[0044-03-15 BC,infinity)']),
    ('int8multirange', ARRAY['{}', '{[1,2),[5,6),[9,)}']),
    ('types.float_span', ARRAY['[-0,0]', '(-Infinity,NaN]']),
    ('types.float_span_multirange', ARRAY['{[-0,0]}']),
    ('int[]', ARRAY['{}', '{1,NULL,-3}', '[0:1]={5,6}', '{{1,2},{3,4}}', '[-1:0][2:2]={{1},{2}}', '{NULL}']),
    ('text[]', ARRAY['{"",NULL,"NULL","a\"b\\c"," x ","{}",a,",",";"}', E'{"new\nline"}', '{é}']),
    ('float8[]', ARRAY['{-0,NaN,Infinity,5e-324}']),
    ('bytea[]', ARRAY['{"\\x00ff",""}', '{}']),
    ('timestamptz[]', ARRAY['{infinity,2024-02-29 12:34:56.789012+05:45}']),
    ('varchar(3)[]', ARRAY['{abc,"a "}']),
    ('char(3)[]', ARRAY['{abc,"a "}']),
    ('types.colour', ARRAY['red', 'light blue', 'it''s "green"', '']),
    ('types.colour[]', ARRAY['{red,"light blue","",NULL,"it''s \"green\""}']),
    ('types.pair', ARRAY['(,)', '(1,"")', '(-5,"a,b ""q"" (p) \\")']),
    ('types.pair[]', ARRAY['{"(1,\"x y\")",NULL,"(,)"}']),
    ('types.nest', ARRAY['("(1,x)","{""(2,y)"",""(,)""}",red)', '(,,)']),
    ('types.positive', ARRAY['1', '2147483647']),
    ('types.positive[]', ARRAY['{1,2}']),
    ('types.positive_again', ARRAY['3']),
    ('types.short', ARRAY['', 'abc']),
    ('types.three', ARRAY['{1,2,3}', '[5:7]={1,NULL,3}']),
    ('types.checked_pair', ARRAY['(1,)']),
    ('types.checked_pair[]', ARRAY['{"(1,a)"}']),
    ('types.base', ARRAY['', 'it''s', E'back\\slash, (x)']),
    ('types.base[]', ARRAY['{a,"b c"}']),
    ('regclass', ARRAY['pg_class', 'types."Od""d"', '0']),
    ('regproc', ARRAY['now', 'types.f', '0']),
    ('regprocedure', ARRAY['abs(int)', 'types.f(int,types.pair)']),
    ('regoper', ARRAY['types.<+>', '0']),
    ('regoperator', ARRAY['+(int,int)', '-(NONE,int)', 'types.<+>(int,types.pair)']),
    ('regtype', ARRAY['int', 'types.pair', 'types.colour[]', '"char"']),
    ('regconfig', ARRAY['english', 'types.search']),
    ('regdictionary', ARRAY['simple', 'types.words']),
    ('regnamespace', ARRAY['types', 'pg_catalog']),
    ('regrole', ARRAY['pg_monitor']),
    ('regcollation', ARRAY['"C"', 'types.plain']),
    ('public.citext', ARRAY['', 'MiXed ''Case''', E'back\\slash']),
    ('public.citext[]', ARRAY['{A,"b c",NULL}']),
    ('types.hstore', ARRAY['', 'a=>1, "b c"=>NULL, ""=>"q\"\\ ''"']),
    ('types.ltree', ARRAY['', 'a.b_1.C']),
    ('types.lquery', ARRAY['*.a{1,2}.b%|c@*']),
    ('types.ltxtquery', ARRAY['a & !b*@']),
    ('types.cube', ARRAY['(1,2),(3,4)', '(-0,1e-300)', '(0.1)']),
    ('types.isbn13', ARRAY['978-0-393-04002-9']),
    ('types.ean13', ARRAY['9771234567003']),
    ('types.issn', ARRAY['1436-4522']),
    ('types.seg', ARRAY['1.50 .. 2', '~5.0', '<1', '1e5 ..', '5.5(+-)0.3']),
    ('types.query_int', ARRAY['1&(2|!3)']),
    ('regclass[]', ARRAY['{"types.\"Od\"\"d\"",pg_class}'])
) AS v (type, samples);

-- Found by all columns, and where the type can be a key, by it.
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT DISTINCT type COLLATE "C" AS type FROM types.samples ORDER BY type LOOP
        EXECUTE format('CREATE TABLE types.%I (n int, v %s)', 'full ' || t, t);
        EXECUTE format('ALTER TABLE types.%I REPLICA IDENTITY FULL', 'full ' || t);
        BEGIN
            EXECUTE format('CREATE TABLE types.%I (n int, k %s PRIMARY KEY)', 'key ' || t, t);
        EXCEPTION WHEN undefined_object THEN
            NULL; -- no operator class
        END;
    END LOOP;
END
$$;
-- Its elements cannot be compared.
DROP TABLE types."key types.base[]";
CREATE TABLE types.computed (id int PRIMARY KEY, f float8, f4 float4, a int[], n numeric, j jsonb);
CREATE TABLE types.computed_full (LIKE types.computed);
ALTER TABLE types.computed_full REPLICA IDENTITY FULL;
