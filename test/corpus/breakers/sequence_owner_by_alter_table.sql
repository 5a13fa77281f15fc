-- ALTER TABLE works on sequences, views and indexes too.
CREATE ROLE breaker_u;
CREATE SEQUENCE some_sequence;
ALTER TABLE some_sequence OWNER TO breaker_u;
ALTER TABLE some_sequence RENAME TO other_sequence;
CREATE VIEW v AS SELECT 1 AS one;
ALTER TABLE v OWNER TO breaker_u;
ALTER TABLE v RENAME one TO two;
ALTER TABLE v ALTER two SET DEFAULT 3;
CREATE TABLE t (i int PRIMARY KEY);
ALTER TABLE t_pkey RENAME TO key_of_t;
ALTER INDEX key_of_t SET (fillfactor = 50);
CREATE MATERIALIZED VIEW mv AS SELECT * FROM t;
ALTER TABLE mv RENAME i TO j;
ALTER SCHEMA public OWNER TO breaker_u;
