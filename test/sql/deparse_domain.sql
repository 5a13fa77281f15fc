-- Domains: CREATE DOMAIN and every ALTER DOMAIN.
CREATE SCHEMA dd;
CREATE FUNCTION dd.is_even(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
SELECT 1 FROM pg_create_logical_replication_slot('deparse_domain', 'pg_follower');
SET search_path = dd;

CREATE DOMAIN plain AS integer;
CREATE DOMAIN word AS varchar(10) COLLATE "C" DEFAULT 'it''s' NOT NULL CHECK (VALUE <> '') CHECK (length(VALUE) > 1);
CREATE DOMAIN even AS integer CONSTRAINT "is Even" CHECK (is_even(VALUE));
CREATE DOMAIN stamped AS timestamptz(3) DEFAULT '2020-01-01 00:00:00+00' NULL;
CREATE DOMAIN of_domain AS even CHECK (VALUE > 0);
CREATE DOMAIN many AS integer[] CHECK (cardinality(VALUE) < 4);
CREATE DOMAIN "Odd name" AS numeric(10,2);
CREATE TABLE holder (p plain, w word DEFAULT 'ab');
INSERT INTO holder VALUES (-1, 'ab');

ALTER DOMAIN plain SET DEFAULT 1 + 1;
ALTER DOMAIN plain DROP DEFAULT;
ALTER DOMAIN plain SET NOT NULL;
ALTER DOMAIN plain DROP NOT NULL;
ALTER DOMAIN plain ADD CHECK (is_even(VALUE)) NOT VALID;
ALTER DOMAIN plain ADD CONSTRAINT small CHECK (VALUE < 100);
ALTER DOMAIN plain ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;
UPDATE holder SET p = 2;
ALTER DOMAIN plain VALIDATE CONSTRAINT positive;
ALTER DOMAIN plain RENAME CONSTRAINT positive TO "Positive";
ALTER DOMAIN plain DROP CONSTRAINT small;
ALTER DOMAIN plain DROP CONSTRAINT IF EXISTS not_there;
ALTER DOMAIN plain DROP CONSTRAINT "Positive" CASCADE;
ALTER DOMAIN "Odd name" RENAME TO even_name;
ALTER DOMAIN even_name SET SCHEMA public;
COMMENT ON DOMAIN word IS 'a word';
COMMENT ON CONSTRAINT word_check ON DOMAIN word IS 'not empty';
DROP DOMAIN public.even_name;
DROP DOMAIN stamped RESTRICT;
-- The check goes with the function.
SET client_min_messages = warning;
DROP FUNCTION is_even(integer) CASCADE;
RESET client_min_messages;

SELECT data FROM pg_logical_slot_get_changes('deparse_domain', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_domain');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA dd CASCADE;
