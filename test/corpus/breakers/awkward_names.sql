-- Names that are keywords, hold quotes, spaces, percent signs, backslashes, dots, non-ASCII letters.
CREATE SCHEMA "sche.ma";
CREATE TABLE "sche.ma"."we""ird" (value int PRIMARY KEY, "user" text, "we""ird" int, "select" int, "a b" int, "100%s" int, "back\slash" int, "Ünï" int, "$1" int, "A" int, "dot.ted" int, """" int);
INSERT INTO "sche.ma"."we""ird" VALUES (1, 'u', 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
UPDATE "sche.ma"."we""ird" SET "user" = 'it''s \', "100%s" = 50 WHERE value = 1;
CREATE INDEX "in dex" ON "sche.ma"."we""ird" ("100%s", (lower("user")));
ALTER TABLE "sche.ma"."we""ird" ADD CONSTRAINT "con""straint" CHECK ("select" > 0), ALTER "user" SET DEFAULT 'x''y\z%s';
ALTER TABLE "sche.ma"."we""ird" RENAME "user" TO "order";
CREATE VIEW "table" AS SELECT value AS "end", "we""ird" AS "from" FROM "sche.ma"."we""ird";
CREATE FUNCTION "group"("limit" int, OUT "offset" int) LANGUAGE sql AS 'SELECT $1';
CREATE TYPE "Type" AS ENUM ('it''s', 'a"b', 'c\d', '%s', '');
CREATE TABLE "Über" (t "Type", ts "Type"[]);
INSERT INTO "Über" VALUES ('it''s', ARRAY['a"b', 'c\d', '%s', '']::"Type"[]);
ALTER TYPE "Type" RENAME VALUE '%s' TO '%d';
DELETE FROM "sche.ma"."we""ird" WHERE value = 1;
