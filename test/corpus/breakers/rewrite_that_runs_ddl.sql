-- A rewrite whose expression runs DDL, even another rewrite: the outer one's rows go on to follow.
CREATE TABLE made_by (id int, at float8);
CREATE FUNCTION make(n int) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE made%s (a int)', n);
    EXECUTE format('INSERT INTO made%s VALUES (1), (2)', n);
    EXECUTE format('ALTER TABLE made%s ADD b serial, ADD c float8 DEFAULT random()', n);
    INSERT INTO made_by VALUES (n, random());
    BEGIN
        EXECUTE format('ALTER TABLE made%s ADD d float8 DEFAULT random(), ALTER b TYPE int USING 1 / (b - 2)', n);
    EXCEPTION WHEN division_by_zero THEN
        EXECUTE format('ALTER TABLE made%s ALTER a TYPE bigint', n);
    END;
    RETURN n + random();
END $$;
CREATE TABLE t (id int PRIMARY KEY, v int);
INSERT INTO t SELECT g, g FROM generate_series(1, 5) AS g;
ALTER TABLE t ALTER v TYPE float8 USING make(v), ADD r float8 DEFAULT random();
CREATE TABLE p (id int, v int) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (20);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (20) TO (40);
INSERT INTO p SELECT g, g FROM generate_series(11, 29, 3) AS g;
ALTER TABLE p ALTER v TYPE float8 USING make(v), ADD r float8 DEFAULT random();
UPDATE t SET r = 0 WHERE id = 3;
DELETE FROM p WHERE id = 14;
