-- Columns that are inherited, redefined locally, or both, with merged defaults and constraints.
CREATE TABLE p1 (a int DEFAULT 1, b text, CONSTRAINT ca CHECK (a > 0));
CREATE TABLE p2 (b text NOT NULL, c int DEFAULT 2);
CREATE TABLE ch (a int DEFAULT 11, d int, CONSTRAINT ca CHECK (a > 0)) INHERITS (p1, p2);
CREATE TABLE grand (b text COLLATE "default" DEFAULT 'g') INHERITS (ch);
ALTER TABLE p1 ADD e int DEFAULT 5;
ALTER TABLE ch ALTER e SET DEFAULT 6;
ALTER TABLE p1 ALTER a TYPE bigint;
ALTER TABLE p1 RENAME a TO aa;
INSERT INTO grand (d) VALUES (1);
ALTER TABLE ch NO INHERIT p2;
CREATE TABLE late (aa bigint, b text, e int, CONSTRAINT ca CHECK (aa > 0));
ALTER TABLE late INHERIT p1;
ALTER TABLE p1 DROP b;
DROP TABLE p2;
