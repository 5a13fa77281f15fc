-- For the tests rows_*: makes the tables of :topic, writes to them, and leaves what the plugin says of that, in the form
-- sql and without its first settings, in the temporary table changes.
\set schema :folder '/sql/rows/' :topic '.schema.sql'
\set writes :folder '/sql/rows/' :topic '.writes.sql'
\i :schema
\o /dev/null
SELECT pg_create_logical_replication_slot('regress_rows', 'pg_follower', true);
\i :writes
\o
RESET ALL;
CREATE TEMP TABLE changes AS
SELECT row_number() OVER () AS n, data AS statement FROM pg_logical_slot_get_changes('regress_rows', NULL, NULL)
WHERE data !~ '^SET [A-Za-z_]+ = ';
\pset format unaligned
