-- Extensions: made and altered as such; what their scripts do is not sent.
CREATE SCHEMA dx;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_extension', 'pg_follower');
SET search_path = dx;

CREATE EXTENSION hstore VERSION '1.7';
CREATE EXTENSION IF NOT EXISTS hstore;
ALTER EXTENSION hstore UPDATE TO '1.8';
SET client_min_messages = warning;
CREATE EXTENSION earthdistance WITH SCHEMA public VERSION '1.1' CASCADE;
RESET client_min_messages;
ALTER EXTENSION hstore SET SCHEMA public;
CREATE TABLE with_member (h public.hstore);
CREATE FUNCTION member(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER EXTENSION cube ADD FUNCTION member(integer);
ALTER EXTENSION cube ADD TABLE with_member;
ALTER EXTENSION cube DROP FUNCTION member(integer);
ALTER EXTENSION cube DROP TABLE with_member;
COMMENT ON EXTENSION cube IS 'cubes';
SET client_min_messages = warning;
DROP EXTENSION cube CASCADE;
DROP EXTENSION hstore CASCADE;

SELECT data FROM pg_logical_slot_get_changes('deparse_extension', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_extension');

-- The end.
DROP SCHEMA dx CASCADE;
