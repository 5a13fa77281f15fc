-- A generated column that reads tableoid: its value is the upstream's table's, which downstream has another OID.
CREATE TABLE g (i int PRIMARY KEY, is_g bool GENERATED ALWAYS AS (tableoid = 'g'::regclass) STORED);
INSERT INTO g VALUES (1), (2);
UPDATE g SET i = 3 WHERE i = 1;
CREATE TABLE gp (i int, x regclass GENERATED ALWAYS AS (tableoid::regclass) STORED) PARTITION BY LIST (i);
CREATE TABLE gp1 PARTITION OF gp FOR VALUES IN (1);
INSERT INTO gp VALUES (1);
