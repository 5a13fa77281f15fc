-- A rewrite that drops a column of a table whose rows nobody may delete, for what a publication says of it
CREATE TABLE published (id int PRIMARY KEY, a int, b int);
INSERT INTO published VALUES (1, 2, 3), (2, 3, 4);
CREATE PUBLICATION few FOR TABLE published (a);
ALTER TABLE published ADD c uuid DEFAULT gen_random_uuid(), DROP b;
-- The same where a foreign key refers to the table, so that it cannot be truncated either.
CREATE TABLE key (id int PRIMARY KEY, a int);
CREATE TABLE referring (id int PRIMARY KEY REFERENCES key);
INSERT INTO key VALUES (1, 2), (2, 3);
INSERT INTO referring VALUES (2);
CREATE PUBLICATION "few keys" FOR TABLE key (a) WITH (publish = 'insert, delete');
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, update, delete', publish_via_partition_root);
ALTER TABLE key ADD c uuid DEFAULT gen_random_uuid();
ALTER TABLE key DROP CONSTRAINT key_pkey CASCADE, ADD d float8 DEFAULT random();
