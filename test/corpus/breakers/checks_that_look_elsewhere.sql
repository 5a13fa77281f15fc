-- A check that looks a row up in another table: the order of rows of both matters, within and across transactions.
CREATE TABLE known (a int PRIMARY KEY);
CREATE FUNCTION is_known(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT FROM public.known WHERE a = $1); END';
CREATE TABLE t (a int CHECK (is_known(a)), b int);
BEGIN; INSERT INTO known VALUES (1); INSERT INTO t VALUES (1); INSERT INTO known VALUES (2); INSERT INTO t VALUES (2); COMMIT;
INSERT INTO known VALUES (3); INSERT INTO t VALUES (3); INSERT INTO known VALUES (4); INSERT INTO t VALUES (4);
DELETE FROM known WHERE a = 1;
UPDATE t SET a = 4 WHERE a = 3;
DELETE FROM known WHERE a = 3;
