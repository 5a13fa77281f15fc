-- Values that are stored out of line.
SET client_min_messages = error;
CREATE SCHEMA toast;
CREATE TABLE toast.keyed (id int PRIMARY KEY, small text, big text, bytes bytea, doc jsonb, list text[]);
ALTER TABLE toast.keyed ALTER big SET STORAGE EXTERNAL, ALTER bytes SET STORAGE EXTERNAL;
CREATE TABLE toast.full_row (LIKE toast.keyed INCLUDING STORAGE);
ALTER TABLE toast.full_row REPLICA IDENTITY FULL;
CREATE TABLE toast.big_key (k text PRIMARY KEY, a int, big text);
ALTER TABLE toast.big_key ALTER k SET STORAGE EXTERNAL, ALTER big SET STORAGE EXTERNAL;
CREATE TABLE toast.big_name (name varchar(4000) NOT NULL, n int NOT NULL, a int);
-- A key that is itself stored out of line, because the row is wide
CREATE UNIQUE INDEX big_name_key ON toast.big_name (n, name);
ALTER TABLE toast.big_name ALTER name SET STORAGE EXTERNAL, REPLICA IDENTITY USING INDEX big_name_key;
ALTER TABLE toast.big_name SET (toast_tuple_target = 128);
CREATE TABLE toast.many_columns (id int PRIMARY KEY, a text, b text, c text, d text, e text, f text, g text);
ALTER TABLE toast.many_columns ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL, ALTER c SET STORAGE EXTERNAL,
    ALTER d SET STORAGE EXTERNAL, ALTER e SET STORAGE EXTERNAL, ALTER f SET STORAGE EXTERNAL, ALTER g SET STORAGE EXTERNAL;
CREATE TABLE toast.generated (id int PRIMARY KEY, big text, g text GENERATED ALWAYS AS (big || 'g') STORED, a int);
ALTER TABLE toast.generated ALTER big SET STORAGE EXTERNAL, ALTER g SET STORAGE EXTERNAL;
CREATE TABLE toast.lz4 (id int PRIMARY KEY, a text, n int);
