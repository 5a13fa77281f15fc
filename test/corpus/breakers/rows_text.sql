-- Empty strings beside NULL, quotes, backslashes, newlines, control characters, bytea, other scripts.
CREATE TABLE t (i int PRIMARY KEY, v text, c char(5), n name, b bytea, q "char");
SET standard_conforming_strings = off;
SET bytea_output = 'escape';
SET escape_string_warning = off;
INSERT INTO t VALUES (1, '', '', '', '', ''), (2, NULL, NULL, NULL, NULL, NULL), (3, 'it''s', 'a  ', 'n"m', '\\000\\377', 'x'), (4, 'a\\b\nc\td\re\\.', '\\', '\\', '\\\\', '\\');
SET standard_conforming_strings = on;
INSERT INTO t VALUES (5, E'\x01\x7f', '''', 'x', '\xdeadbeef', '''' ), (6, 'žluťoučký 𝄞 日本 $1 $$ %s ; -- /* ', 'ž', 'é', '\x00', E'\x7f'), (7, E'COPY\n\\.\nstill here', 'x', 'x', decode(repeat('00ff27', 100), 'hex'), 'y');
UPDATE t SET v = v || E'\\' || chr(10) || '''' WHERE v IS NOT NULL;
CREATE TABLE k (v text, b bytea);
INSERT INTO k SELECT v, b FROM t;
DELETE FROM k WHERE v LIKE '%日本%' OR v = '';
UPDATE k SET b = '\x27' WHERE v IS NULL;
