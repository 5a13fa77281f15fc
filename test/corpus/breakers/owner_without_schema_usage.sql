-- A table whose owner has no right to use its schema: rows and TRUNCATE by others must follow all the same.
CREATE ROLE breaker_o;
CREATE SCHEMA s;
CREATE TABLE s.t (i int PRIMARY KEY);
ALTER TABLE s.t OWNER TO breaker_o;
INSERT INTO s.t VALUES (1), (2);
TRUNCATE s.t;
