-- Generated columns that are not stored, and constraints that are not enforced: from version 18 on.
-- Generated columns that are not stored.
CREATE TABLE computed (id integer PRIMARY KEY, a integer, v integer GENERATED ALWAYS AS (a * 2), w integer NOT NULL
    GENERATED ALWAYS AS (a * 3) VIRTUAL, s integer GENERATED ALWAYS AS (a * 4) STORED, CHECK (v > 0));
INSERT INTO computed VALUES (1, 10);
UPDATE computed SET a = 11;
ALTER TABLE computed ADD x integer GENERATED ALWAYS AS (a + 1) VIRTUAL;
ALTER TABLE computed REPLICA IDENTITY FULL;
UPDATE computed SET a = 12;
DELETE FROM computed;
CREATE TABLE computed_by_parent (LIKE computed INCLUDING ALL);
CREATE TABLE computed_child (v integer GENERATED ALWAYS AS (a * 7) VIRTUAL) INHERITS (computed);
CREATE TABLE computed_parted (a integer, v integer GENERATED ALWAYS AS (a * 2)) PARTITION BY LIST (a);
CREATE TABLE computed_part PARTITION OF computed_parted (v GENERATED ALWAYS AS (a * 3)) FOR VALUES IN (1);
ALTER TABLE computed_parted ALTER v SET EXPRESSION AS (a * 5);
CREATE TABLE only_computed (v integer GENERATED ALWAYS AS (1));
INSERT INTO only_computed DEFAULT VALUES;
DELETE FROM only_computed;

-- Constraints that are not enforced, or not valid yet.
CREATE TABLE target (id integer PRIMARY KEY);
CREATE TABLE loose (a integer CONSTRAINT a_loose CHECK (a > 0) NOT ENFORCED,
    b integer CONSTRAINT b_loose REFERENCES target NOT ENFORCED);
ALTER TABLE loose ADD CONSTRAINT sum_loose CHECK (a + b > 0) NOT ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose NOT ENFORCED;
ALTER TABLE loose ALTER CONSTRAINT b_loose DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE referring (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE referring_1 PARTITION OF referring FOR VALUES IN (1);
ALTER TABLE referring ADD CONSTRAINT b_refers FOREIGN KEY (b) REFERENCES target NOT VALID;
ALTER TABLE referring VALIDATE CONSTRAINT b_refers;

INSERT INTO computed VALUES (1, 10), (2, 20);
CREATE INDEX ON computed (a);
ALTER TABLE computed ADD y double precision DEFAULT random();
ALTER TABLE computed REPLICA IDENTITY DEFAULT;
UPDATE computed SET a = a + 1 WHERE v > 25;
INSERT INTO loose VALUES (-1, 5);
INSERT INTO computed_parted (a) VALUES (1);
CREATE VIEW reads_computed AS SELECT v, x FROM computed;
CREATE PUBLICATION of_computed FOR TABLE computed (id, s) WITH (publish_generated_columns = stored);
