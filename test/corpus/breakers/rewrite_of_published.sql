-- A rewrite that drops a column of a table whose rows nobody may delete, for what a publication says of it
CREATE TABLE published (id int PRIMARY KEY, a int, b int);
INSERT INTO published VALUES (1, 2, 3), (2, 3, 4);
CREATE PUBLICATION few FOR TABLE published (a);
ALTER TABLE published ADD c uuid DEFAULT gen_random_uuid(), DROP b;
