-- Statistics on a temporary table, which stand in an ordinary schema, and temporary statistics on a permanent table.
CREATE TEMP TABLE t (a int, b int);
CREATE STATISTICS st ON a, b FROM t;
COMMENT ON STATISTICS st IS 'temporary';
ALTER STATISTICS st SET STATISTICS 10;
ALTER STATISTICS st RENAME TO st2;
CREATE SCHEMA s;
ALTER STATISTICS st2 SET SCHEMA s;
CREATE TABLE p (a int, b int);
CREATE STATISTICS pg_temp.st3 ON a, b FROM p;
CREATE STATISTICS s.st ON a, b FROM p;
DROP STATISTICS pg_temp.st3;
DROP STATISTICS s.st2;
DROP TABLE t;
COMMENT ON STATISTICS s.st IS 'permanent';
