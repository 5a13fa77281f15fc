-- CREATE SEQUENCE and ALTER SEQUENCE in every form.
CREATE SCHEMA s;
CREATE ROLE regress_sequence;
CREATE TABLE base (id integer, n integer GENERATED ALWAYS AS IDENTITY);
SELECT FROM pg_create_logical_replication_slot('deparse_sequence', 'pg_follower');

CREATE SEQUENCE plain;
CREATE SEQUENCE IF NOT EXISTS plain AS smallint;
CREATE SEQUENCE s."all of it" AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 START WITH 50 CACHE 5 CYCLE;
CREATE SEQUENCE owned OWNED BY base.id;
CREATE UNLOGGED SEQUENCE unlogged;
CREATE TEMPORARY SEQUENCE temporary;
ALTER SEQUENCE temporary INCREMENT 2;
ALTER SEQUENCE plain INCREMENT 5 CACHE 3 CYCLE;
ALTER SEQUENCE plain RESTART;
ALTER SEQUENCE plain RESTART WITH 42;
ALTER SEQUENCE plain START WITH 7 RESTART;
-- New limits include the sequence's position, which must be the same downstream.
SELECT setval('plain', 1000);
ALTER SEQUENCE plain MINVALUE 900 START WITH 900 MAXVALUE 2000 NO CYCLE;
ALTER SEQUENCE plain AS integer NO MAXVALUE;
ALTER SEQUENCE plain OWNED BY base.id;
ALTER SEQUENCE plain OWNED BY NONE;
ALTER SEQUENCE plain OWNED BY base.id INCREMENT 1;
ALTER SEQUENCE base_n_seq RESTART WITH 10 INCREMENT 10;
ALTER SEQUENCE plain RENAME TO "re named";
ALTER SEQUENCE unlogged SET LOGGED;
ALTER SEQUENCE unlogged SET SCHEMA s;
ALTER SEQUENCE s.unlogged OWNER TO regress_sequence;
ALTER SEQUENCE IF EXISTS missing RESTART;
COMMENT ON SEQUENCE owned IS 'owned';
DROP SEQUENCE owned;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_sequence', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
SET client_min_messages = warning;
DROP TABLE base;
DROP SCHEMA s CASCADE;
DROP ROLE regress_sequence;
SELECT FROM pg_drop_replication_slot('deparse_sequence');
