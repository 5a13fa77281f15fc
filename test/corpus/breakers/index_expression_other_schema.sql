-- An index on an expression with a function and operator class from another schema.
CREATE SCHEMA lib;
CREATE FUNCTION lib.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
CREATE OPERATOR CLASS lib.revint FOR TYPE int USING btree AS OPERATOR 1 > , OPERATOR 2 >= , OPERATOR 3 = , OPERATOR 4 <= , OPERATOR 5 < , FUNCTION 1 btint4cmp(int, int);
CREATE TABLE t (v text, i int);
SET search_path = lib, public;
CREATE INDEX t_norm ON t (norm(v) COLLATE "C" DESC NULLS LAST, i revint) WHERE norm(v) <> 'x';
CREATE INDEX ON t ((norm(v) || 'a'), (i + 1));
CREATE UNIQUE INDEX ON t (norm(v));
CREATE STATISTICS st ON (norm(v)), i FROM t;
INSERT INTO t VALUES ('A', 1);
