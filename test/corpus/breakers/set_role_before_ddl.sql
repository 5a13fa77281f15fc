-- SET ROLE decides who owns what follows.
CREATE ROLE breaker_owner;
GRANT ALL ON SCHEMA public TO breaker_owner;
SET ROLE breaker_owner;
CREATE TABLE t (i int PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE VIEW v AS SELECT * FROM t;
RESET ROLE;
ALTER TABLE t ADD j int;
CREATE TABLE mine (i int);
