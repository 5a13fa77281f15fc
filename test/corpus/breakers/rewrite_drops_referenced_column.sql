-- A rewrite whose ALTER TABLE drops, by CASCADE, the foreign key that refers to the table
CREATE TABLE referenced (id int PRIMARY KEY, code bigint UNIQUE);
CREATE TABLE referring (id int PRIMARY KEY, code bigint REFERENCES referenced (code));
INSERT INTO referenced VALUES (1, 10), (2, 20);
INSERT INTO referring VALUES (1, 10);
ALTER TABLE referenced ADD label text DEFAULT random()::text NOT NULL, DROP code CASCADE;
CREATE TABLE again (id int PRIMARY KEY, parent int REFERENCES referenced);
INSERT INTO again VALUES (1, 2);
ALTER TABLE referenced ADD other text DEFAULT random()::text, DROP CONSTRAINT referenced_pkey CASCADE;
