-- UPDATE of the key, swaps, and values that another row of the same statement frees.
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 50) g;
UPDATE t SET id = id - 1;
UPDATE t SET id = -id;
CREATE TABLE d (id int PRIMARY KEY DEFERRABLE INITIALLY IMMEDIATE, v text);
INSERT INTO d SELECT g, 'v' || g FROM generate_series(1, 20) g;
UPDATE d SET id = id + 1;
UPDATE d SET id = 23 - id;
CREATE TABLE u (a int NOT NULL, b text NOT NULL, v int, UNIQUE (a, b));
ALTER TABLE u REPLICA IDENTITY USING INDEX u_a_b_key;
INSERT INTO u SELECT g, 'b' || g, g FROM generate_series(1, 10) g;
UPDATE u SET a = a + 100, b = 'c' WHERE v = 3;
UPDATE u SET v = 0 WHERE a = 5;
DELETE FROM u WHERE a = 7;
