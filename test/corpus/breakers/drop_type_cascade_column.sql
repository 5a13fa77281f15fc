-- DROP TYPE CASCADE takes a column and a view over it along.
CREATE TYPE e AS ENUM ('a');
CREATE SCHEMA s CREATE VIEW v AS SELECT * FROM t CREATE TABLE t (i int, "c d" public.e);
INSERT INTO s.t VALUES (1, 'a');
DROP TYPE e CASCADE;
