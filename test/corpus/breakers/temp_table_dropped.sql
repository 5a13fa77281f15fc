-- A temporary table is nobody's business but its session's: neither its creation nor its drop may be sent.
CREATE TEMP TABLE x (i int);
DROP TABLE x;
CREATE TABLE after_it (i int PRIMARY KEY);
INSERT INTO after_it VALUES (1);
