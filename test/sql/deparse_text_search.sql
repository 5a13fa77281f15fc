-- Text search parsers, templates, dictionaries, configurations and their mappings.
CREATE SCHEMA ds;
SELECT 1 FROM pg_create_logical_replication_slot('deparse_text_search', 'pg_follower');
SET search_path = ds;

CREATE TEXT SEARCH PARSER parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH PARSER "Bare" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE without_init (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY stops (TEMPLATE = template, StopWords = 'english', Accept = false);
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY "Stem" (TEMPLATE = snowball, LANGUAGE = 'german');
ALTER TEXT SEARCH DICTIONARY stops (Accept = true, StopWords);
ALTER TEXT SEARCH DICTIONARY stops (StopWords = 'german');
ALTER TEXT SEARCH DICTIONARY plain RENAME TO "Plain";

CREATE TEXT SEARCH CONFIGURATION empty (PARSER = parser);
CREATE TEXT SEARCH CONFIGURATION copied (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION empty ADD MAPPING FOR asciiword, word WITH stops, "Stem";
ALTER TEXT SEARCH CONFIGURATION empty ADD MAPPING FOR "int" WITH pg_catalog.simple;
ALTER TEXT SEARCH CONFIGURATION empty ALTER MAPPING FOR word WITH "Plain";
ALTER TEXT SEARCH CONFIGURATION empty ALTER MAPPING REPLACE stops WITH "Plain";
ALTER TEXT SEARCH CONFIGURATION empty ALTER MAPPING FOR "int", word REPLACE simple WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION copied DROP MAPPING FOR url, host;
SET client_min_messages = warning;
ALTER TEXT SEARCH CONFIGURATION copied DROP MAPPING IF EXISTS FOR url, email;
RESET client_min_messages;
ALTER TEXT SEARCH CONFIGURATION copied RENAME TO "Copied";
COMMENT ON TEXT SEARCH CONFIGURATION "Copied" IS 'a copy';
DROP TEXT SEARCH PARSER "Bare";
DROP TEXT SEARCH TEMPLATE without_init;
SET client_min_messages = warning;
DROP TEXT SEARCH DICTIONARY "Stem" CASCADE;

SELECT data FROM pg_logical_slot_get_changes('deparse_text_search', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_text_search');

-- The end.
DROP SCHEMA ds CASCADE;
