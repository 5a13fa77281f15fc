-- Permanent objects that use something temporary: what uses it is left out, and that is told.
SELECT FROM pg_create_logical_replication_slot('deparse_temporary', 'pg_follower');

CREATE TYPE pg_temp.mood AS ENUM ('sad', 'happy');
CREATE DOMAIN pg_temp.small AS integer CHECK (value < 10);
CREATE TEMP TABLE source (a integer);
CREATE TEMP SEQUENCE numbers;
CREATE TABLE lasting (id integer PRIMARY KEY, m mood DEFAULT 'sad', s pg_temp.small, r source[], n integer DEFAULT nextval('numbers'), CHECK (s > 0), CHECK (id > 0));
INSERT INTO lasting VALUES (1, 'happy', 2, ARRAY[ROW(3)::source]);
UPDATE lasting SET m = 'sad', n = 7;
CREATE INDEX ON lasting (m);
ALTER TABLE lasting ADD other mood, ADD plain text DEFAULT 'p', ALTER m SET STATISTICS 5, ALTER n SET DEFAULT nextval('numbers') + 1;
CREATE VIEW lasting_view AS SELECT id, m FROM lasting;
CREATE VIEW lasting_other_view AS SELECT 1 AS id FROM lasting;
CREATE FUNCTION lasting_function(mood) RETURNS integer LANGUAGE sql RETURN 1;
CREATE TYPE pg_temp.comp AS (a integer);
CREATE TABLE lasting_typed OF pg_temp.comp;
INSERT INTO lasting_typed VALUES (1);
ALTER TABLE lasting ALTER plain DROP DEFAULT;
ALTER TABLE lasting ALTER plain TYPE mood USING 'sad';

\pset format unaligned
\pset tuples_only on
SELECT regexp_replace(data, 'pg_temp_\d+', 'pg_temp_N', 'g') FROM pg_logical_slot_get_changes('deparse_temporary', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT;)';
DROP TABLE lasting, lasting_typed CASCADE;
SELECT FROM pg_drop_replication_slot('deparse_temporary');
