-- Several statements in one string, DDL mixed with rows: each once, in order.
CREATE TABLE a (i int PRIMARY KEY)\; INSERT INTO a VALUES (1)\; ALTER TABLE a ADD b int DEFAULT 2\; INSERT INTO a VALUES (2, 3)\; CREATE TABLE b AS SELECT * FROM a;
DROP TABLE b\; CREATE TABLE b (x text)\; INSERT INTO b VALUES ('one string');
BEGIN\; CREATE TABLE c (i int)\; COMMIT\; INSERT INTO c VALUES (1)\; DROP TABLE a;
