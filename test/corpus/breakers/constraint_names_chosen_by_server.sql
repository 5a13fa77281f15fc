-- Names that the server chooses depend on what exists: both sides must agree.
CREATE TABLE t (a int CHECK (a > 0) CHECK (a < 10), b int UNIQUE UNIQUE, c int REFERENCES t (b), PRIMARY KEY (a));
CREATE TABLE t_a_seq (i int);
CREATE TABLE u (a serial, CHECK (a > 0), CHECK (a > 1), UNIQUE (a));
CREATE TABLE t2 (LIKE t INCLUDING ALL);
CREATE INDEX ON u (a);
CREATE INDEX ON u (a);
CREATE INDEX ON u ((a + 1));
ALTER TABLE u ADD CHECK (a > 2), ADD UNIQUE (a), ADD b int UNIQUE;
CREATE TABLE a_table_whose_name_is_as_long_as_a_name_in_postgres_may_be_ok (a_column_whose_name_is_as_long_as_a_name_in_postgres_may_be_oka int UNIQUE CHECK (a_column_whose_name_is_as_long_as_a_name_in_postgres_may_be_oka > 0), s serial);
CREATE STATISTICS named ON a, b FROM u;
CREATE TABLE p (i int PRIMARY KEY) PARTITION BY RANGE (i);
CREATE TABLE p_pkey_1 (i int);
CREATE TABLE p1 PARTITION OF p DEFAULT;
CREATE DOMAIN d AS int CHECK (value > 0) CHECK (value < 100);
CREATE TYPE range_like AS RANGE (subtype = int);
CREATE TYPE ra AS RANGE (subtype = float8, multirange_type_name = many_ra);
