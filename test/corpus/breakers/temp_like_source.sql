-- CREATE TABLE (LIKE a temporary table): the source is unknown downstream, its columns are not.
CREATE TEMP TABLE src (a int DEFAULT 3 NOT NULL, b text COLLATE "C", c int GENERATED ALWAYS AS (a * 2) STORED, CHECK (a > 0));
CREATE TABLE copy1 (LIKE src);
CREATE TABLE copy2 (LIKE src INCLUDING ALL, extra int);
INSERT INTO copy2 (b, extra) VALUES ('x', 1);
