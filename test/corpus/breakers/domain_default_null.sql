-- Domains that have no default although their base type, or the domain below, has one.
CREATE TYPE bt;
CREATE FUNCTION bt_in(cstring) RETURNS bt LANGUAGE internal STRICT IMMUTABLE AS 'textin';
CREATE FUNCTION bt_out(bt) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';
CREATE TYPE bt (INPUT = bt_in, OUTPUT = bt_out, LIKE = text, DEFAULT = 'it''s');
CREATE DOMAIN inherits AS bt;
CREATE DOMAIN none AS bt DEFAULT NULL;
CREATE DOMAIN own AS none DEFAULT 'x';
CREATE DOMAIN none_again AS own DEFAULT NULL NOT NULL;
CREATE DOMAIN dropped AS own;
ALTER DOMAIN dropped DROP DEFAULT;
CREATE TABLE t (i int);
INSERT INTO t VALUES (1);
ALTER TABLE t ADD a inherits, ADD b none, ADD c own, ADD d dropped;
INSERT INTO t VALUES (2);
