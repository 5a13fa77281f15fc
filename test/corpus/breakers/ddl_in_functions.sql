-- DDL inside functions, nested, in DO and dynamic.
CREATE FUNCTION make_it(n text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (id serial PRIMARY KEY, v text DEFAULT %L)', n, n);
	EXECUTE format('INSERT INTO %I DEFAULT VALUES', n);
END $$;
SELECT make_it('one'), make_it('We"ird');
DO $$ BEGIN FOR i IN 1..5 LOOP PERFORM make_it('t' || i); END LOOP; DROP TABLE t3; END $$;
CREATE FUNCTION sql_ddl() RETURNS void LANGUAGE sql AS 'CREATE TABLE from_sql (i int); ALTER TABLE one ADD x int; ALTER TABLE one ALTER x SET DEFAULT 7';
SELECT sql_ddl();
INSERT INTO one DEFAULT VALUES;
