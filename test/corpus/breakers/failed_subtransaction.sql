-- DDL and rows of a subtransaction that was rolled back are not sent.
BEGIN;
CREATE TABLE kept (i int);
SAVEPOINT s;
CREATE TABLE gone (i int);
INSERT INTO kept VALUES (1);
ALTER TABLE kept ADD j int;
ROLLBACK TO s;
INSERT INTO kept VALUES (2);
SAVEPOINT s2;
ALTER TABLE kept ADD k text;
RELEASE s2;
INSERT INTO kept VALUES (3, 'k');
COMMIT;
DO $$
BEGIN
	CREATE TABLE in_block (i int);
	BEGIN
		CREATE TABLE in_failed_block (i int);
		INSERT INTO kept VALUES (99);
		PERFORM 1 / 0;
	EXCEPTION WHEN division_by_zero THEN
		INSERT INTO in_block VALUES (1);
	END;
END $$;
BEGIN;
CREATE TABLE never (i int);
ROLLBACK;
CREATE TABLE fails (i int, i int);
