-- DDL in a procedure that commits and rolls back on its way.
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE p1 (i int);
	INSERT INTO p1 VALUES (1);
	COMMIT;
	CREATE TABLE p2 (i int);
	ROLLBACK;
	CREATE TABLE p3 (i int);
	INSERT INTO p1 VALUES (3);
	COMMIT;
	DROP TABLE p1;
END $$;
CALL p();
DROP TABLE p3;
CALL p();
