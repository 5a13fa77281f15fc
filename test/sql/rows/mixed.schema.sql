-- Rows between commands that change what the plugin knows about their tables.
SET client_min_messages = error;
CREATE SCHEMA mixed;
CREATE SCHEMA mixed_other;
CREATE TABLE mixed.t (id int PRIMARY KEY, a text, n int);
CREATE TABLE mixed.keyless (a int, b text);
ALTER TABLE mixed.keyless REPLICA IDENTITY FULL;
