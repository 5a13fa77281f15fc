-- Names with quotes, line ends, backslashes, percent signs and the words that name an identity's parts.
CREATE SCHEMA "x of y";
SET search_path = "x of y", public;
CREATE TYPE " of " AS (a int);
CREATE OPERATOR FAMILY "fam of btree" USING btree;
CREATE FUNCTION "c of"(int, int) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
ALTER OPERATOR FAMILY "fam of btree" USING btree ADD FUNCTION 1 (int, int) "c of"(int, int);
CREATE FUNCTION lt(int, int) RETURNS bool LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE OPERATOR <<< (function = lt, leftarg = int, rightarg = int);
ALTER OPERATOR FAMILY "fam of btree" USING btree ADD OPERATOR 1 <<< (int, int);
DROP FUNCTION "c of"(int, int) CASCADE;
DROP FUNCTION lt CASCADE;
CREATE TABLE "a
b	c" ("n'l
x" int PRIMARY KEY, "$1" text, "%s" int, "\" int CHECK ("\" > 0));
INSERT INTO "a
b	c" VALUES (1, 'x', 2, 3);
COMMENT ON COLUMN "a
b	c"."\" IS '\';
ALTER TABLE "a
b	c" RENAME COLUMN "%s" TO "%d%n";
CREATE TYPE "e%s'" AS ENUM ('%s', '$1', E'new\nline', '"');
ALTER TYPE "e%s'" RENAME VALUE '%s' TO '\';
CREATE FUNCTION "f'(%s"("a b" "e%s'", OUT "o%""x" int) LANGUAGE plpgsql AS 'BEGIN END';
COMMENT ON FUNCTION "f'(%s" IS '%s %n';
CREATE ROLE "r'%s""o";
ALTER FUNCTION "f'(%s" OWNER TO "r'%s""o";
GRANT CREATE ON SCHEMA "x of y" TO "r'%s""o";
ALTER FUNCTION "f'(%s" OWNER TO "r'%s""o";
GRANT ALL ON "a
b	c" TO "r'%s""o";
ALTER ROLE "r'%s""o" IN DATABASE regression SET work_mem = '3MB';
ALTER ROLE "r'%s""o" RENAME TO "r'%""u";
COMMENT ON ROLE "r'%""u" IS 'x';
CREATE RULE "ru'%" AS ON DELETE TO "a
b	c" DO INSTEAD NOTHING;
CREATE POLICY "po'%" ON "a
b	c" TO "r'%""u" USING ("\" > 0);
CREATE TRIGGER "tr'%" AFTER INSERT ON "a
b	c" EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TRIGGER "tr'%" ON "a
b	c" RENAME TO "t on u";
DROP TRIGGER "t on u" ON "a
b	c";
ALTER POLICY "po'%" ON "a
b	c" RENAME TO "p on q";
DROP POLICY "p on q" ON "a
b	c";
DROP RULE "ru'%" ON "a
b	c";
CREATE PUBLICATION "pu'%" FOR TABLE "a
b	c" ("n'l
x");
CREATE SUBSCRIPTION "su'%" CONNECTION 'dbname=''a b''' PUBLICATION "p'%", "P ""q" WITH (connect = false, slot_name = NONE);
DROP SUBSCRIPTION "su'%";
CREATE FOREIGN DATA WRAPPER "w'%";
CREATE SERVER "s'%" TYPE '''' VERSION '%' FOREIGN DATA WRAPPER "w'%" OPTIONS ("o'%" '''%\', b '');
CREATE USER MAPPING FOR "r'%""u" SERVER "s'%" OPTIONS (u '');
DROP USER MAPPING FOR "r'%""u" SERVER "s'%";
CREATE TEXT SEARCH DICTIONARY "d'%" (template = simple);
CREATE TEXT SEARCH CONFIGURATION "c'%" (parser = default);
ALTER TEXT SEARCH CONFIGURATION "c'%" ADD MAPPING FOR word WITH "d'%";
CREATE COLLATION "c'%" (locale = 'C');
CREATE CAST (" of " AS "e%s'") WITH INOUT;
CREATE ACCESS METHOD "am'%" TYPE INDEX HANDLER bthandler;
CREATE STATISTICS "st'%" ON "%d%n", "\" FROM "a
b	c";
DROP STATISTICS "st'%";
DROP CAST (" of " AS "e%s'");
CREATE DOMAIN "do'%" AS "e%s'" CONSTRAINT "c'%" CHECK (value <> '"');
ALTER DOMAIN "do'%" DROP CONSTRAINT "c'%";
DROP DOMAIN "do'%";
CREATE LANGUAGE "l'%" HANDLER plpgsql_call_handler;
CREATE FUNCTION "fl'%"() RETURNS int LANGUAGE "l'%" AS '%';
CREATE TRANSFORM FOR " of " LANGUAGE "l'%" (FROM SQL WITH FUNCTION varchar_support(internal));
DROP TRANSFORM FOR " of " LANGUAGE "l'%";
DROP LANGUAGE "l'%" CASCADE;
DROP TABLE "a
b	c" CASCADE;
DROP OWNED BY "r'%""u" CASCADE;
DROP SCHEMA "x of y" CASCADE;
ALTER ROLE "r'%""u" IN DATABASE regression RESET ALL;
