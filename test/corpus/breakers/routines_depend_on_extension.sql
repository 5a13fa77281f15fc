-- Routines of all kinds that depend on an extension.
CREATE EXTENSION hstore;
CREATE AGGREGATE ag(int) (sfunc = int4_sum, stype = int8); CREATE AGGREGATE counter(*) (sfunc = int8inc, stype = int8, initcond = 0);
CREATE PROCEDURE p(IN i int, OUT o int) LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(i int, OUT o int) LANGUAGE sql AS 'SELECT 1';
ALTER ROUTINE ag(int) DEPENDS ON EXTENSION hstore; ALTER FUNCTION counter() DEPENDS ON EXTENSION hstore;
ALTER PROCEDURE p DEPENDS ON EXTENSION hstore; ALTER FUNCTION f DEPENDS ON EXTENSION hstore;
ALTER ROUTINE ag(int) NO DEPENDS ON EXTENSION hstore;
DROP EXTENSION hstore;
