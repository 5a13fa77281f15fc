-- Operators, operator classes and families.
CREATE SCHEMA dp;
CREATE SCHEMA "dp 2";
CREATE FUNCTION dp.eq(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION dp.ne(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4ne';
CREATE FUNCTION dp.lt(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE FUNCTION dp.cmp(integer, integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE FUNCTION dp.hash(money) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION dp.consistent(internal, point, smallint, oid, internal) RETURNS boolean LANGUAGE internal STRICT AS 'gist_point_consistent';
SELECT 1 FROM pg_create_logical_replication_slot('deparse_operator', 'pg_follower');
SET search_path = dp;

-- The commutator is the operator itself; the negator is a shell until its own command comes.
CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = ===, NEGATOR = !==,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !== (PROCEDURE = ne, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR("dp 2".!==),
    NEGATOR = ===);
CREATE OPERATOR "dp 2".<<| (FUNCTION = lt, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR !!! (FUNCTION = int4abs, RIGHTARG = integer);
ALTER OPERATOR === (integer, integer) SET (RESTRICT = NONE, JOIN = neqjoinsel);
ALTER OPERATOR !!! (NONE, integer) SET (RESTRICT = NONE);
ALTER OPERATOR !!! (NONE, integer) SET SCHEMA "dp 2";
COMMENT ON OPERATOR "dp 2".!!! (NONE, integer) IS 'absolute';

CREATE OPERATOR FAMILY family USING btree;
CREATE OPERATOR CLASS class DEFAULT FOR TYPE money USING hash AS OPERATOR 1 =, FUNCTION 1 hash(money);
CREATE OPERATOR CLASS in_family FOR TYPE integer USING btree FAMILY family AS
    OPERATOR 1 "dp 2".<<|, OPERATOR 3 === , FUNCTION 1 cmp(integer, integer);
CREATE OPERATOR CLASS by_distance FOR TYPE point USING gist AS
    OPERATOR 1 <<, OPERATOR 15 <->(point, point) FOR ORDER BY float_ops,
    FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal),
    FUNCTION 2 gist_box_union(internal, internal), FUNCTION 5 gist_box_penalty(internal, internal, internal),
    FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal),
    FUNCTION 8 (point, point) gist_point_distance(internal, point, smallint, oid, internal), STORAGE box;
CREATE OPERATOR CLASS storage_only FOR TYPE integer USING btree AS STORAGE integer;
ALTER OPERATOR FAMILY family USING btree ADD OPERATOR 1 < (integer, bigint), OPERATOR 3 = (integer, bigint),
    FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint), FUNCTION 2 (bigint) btint8sortsupport(internal);
ALTER OPERATOR FAMILY family USING btree DROP OPERATOR 1 (integer, bigint), FUNCTION 2 (bigint);
-- Members of families without a class. They go with their operator, or take the family along.
CREATE OPERATOR FAMILY "x of y" USING btree;
CREATE OPERATOR FAMILY "gist of x" USING gist;
ALTER OPERATOR FAMILY "x of y" USING btree ADD OPERATOR 3 === (integer, integer);
ALTER OPERATOR FAMILY "gist of x" USING gist ADD FUNCTION 1 (point, point) consistent;
CREATE TABLE indexed (i integer);
CREATE INDEX ON indexed (i in_family);
ALTER OPERATOR CLASS class USING hash RENAME TO "Class";
ALTER OPERATOR FAMILY family USING btree RENAME TO "Family";
ALTER OPERATOR FAMILY "Family" USING btree SET SCHEMA "dp 2";
COMMENT ON OPERATOR CLASS "Class" USING hash IS 'for money';

DROP OPERATOR CLASS "Class" USING hash;
DROP OPERATOR FAMILY class USING hash;
SET client_min_messages = warning;
DROP OPERATOR "dp 2".!!! (NONE, integer), !== (integer, integer);
DROP OPERATOR === (integer, integer) CASCADE;
DROP FUNCTION lt(integer, integer) CASCADE;
DROP FUNCTION consistent CASCADE;
RESET client_min_messages;

SELECT data FROM pg_logical_slot_get_changes('deparse_operator', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_operator');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA dp, "dp 2" CASCADE;
