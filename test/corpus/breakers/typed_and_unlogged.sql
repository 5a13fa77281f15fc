-- Typed tables, unlogged tables, access method and storage options.
CREATE TYPE pt AS (a int, b text);
CREATE TABLE typed OF pt (a PRIMARY KEY, b WITH OPTIONS DEFAULT 'x');
ALTER TYPE pt ADD ATTRIBUTE c int CASCADE;
INSERT INTO typed VALUES (1);
CREATE TABLE un (a int, b text, c int);
ALTER TABLE un OF pt;
ALTER TABLE un NOT OF;
CREATE UNLOGGED TABLE ul (i int PRIMARY KEY);
INSERT INTO ul VALUES (1);
ALTER TABLE ul SET LOGGED;
INSERT INTO ul VALUES (2);
ALTER TABLE ul SET UNLOGGED;
CREATE TABLE w (i int) USING heap WITH (fillfactor = 33, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE w RESET (fillfactor), SET (parallel_workers = 2);
