-- A type dropped with CASCADE is an attribute of a composite type that has typed tables, which lose the column with it.
CREATE TYPE e AS ENUM ('a', 'b');
CREATE TYPE c AS (x e, y int, z e[]);
CREATE TABLE typed OF c;
CREATE TABLE keyed OF c (PRIMARY KEY (y), x WITH OPTIONS DEFAULT 'b');
CREATE TABLE was_typed OF c;
ALTER TABLE was_typed NOT OF;
INSERT INTO typed VALUES ('a', 1, '{b}');
INSERT INTO keyed (y) VALUES (1);
INSERT INTO was_typed VALUES ('a', 1, '{b}');
CREATE VIEW v AS SELECT x FROM keyed;
DROP TYPE e CASCADE;
INSERT INTO typed VALUES (2);
INSERT INTO keyed VALUES (2);
-- Type and table go together.
CREATE SCHEMA s;
CREATE TYPE s.e AS ENUM ('a', 'b');
CREATE TYPE s.c AS (x s.e, y int);
CREATE TYPE outer_c AS (x s.e, y int);
CREATE TABLE s.typed OF s.c;
CREATE TABLE outer_typed OF outer_c (CHECK (y > 0));
CREATE FUNCTION s.f() RETURNS s.e LANGUAGE sql AS 'SELECT ''a''::s.e';
ALTER TABLE s.typed ALTER x SET DEFAULT s.f();
ALTER TABLE outer_typed ALTER x SET DEFAULT s.f();
DROP SCHEMA s CASCADE;
INSERT INTO outer_typed VALUES (5);
