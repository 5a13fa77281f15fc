-- Aggregates in every form.
CREATE SCHEMA da;
CREATE FUNCTION da.plus(integer, integer) RETURNS integer LANGUAGE internal IMMUTABLE AS 'int4pl';
CREATE FUNCTION da.minus(integer, integer) RETURNS integer LANGUAGE internal IMMUTABLE AS 'int4mi';
CREATE FUNCTION da.final(integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
CREATE FUNCTION da.final_extra(integer, integer) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::text';
CREATE FUNCTION da.less(integer, integer) RETURNS boolean LANGUAGE internal IMMUTABLE AS 'int4lt';
CREATE OPERATOR da.<<< (FUNCTION = da.less, LEFTARG = integer, RIGHTARG = integer);
SELECT 1 FROM pg_create_logical_replication_slot('deparse_aggregate', 'pg_follower');
SET search_path = da;

CREATE AGGREGATE summed(integer) (SFUNC = plus, STYPE = integer);
CREATE AGGREGATE summed_all(x integer) (SFUNC = plus, STYPE = integer, SSPACE = 100, FINALFUNC = final_extra,
    FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_WRITE, COMBINEFUNC = plus, INITCOND = '0',
    MSFUNC = plus, MINVFUNC = minus, MSTYPE = integer, MSSPACE = 10, MFINALFUNC = final_extra, MFINALFUNC_EXTRA,
    MFINALFUNC_MODIFY = SHAREABLE, MINITCOND = '0', PARALLEL = SAFE);
CREATE AGGREGATE smallest(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = <<<, PARALLEL = RESTRICTED);
CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE by_internal(anynonarray) (SFUNC = array_agg_transfn, STYPE = internal, FINALFUNC = array_agg_finalfn,
    FINALFUNC_EXTRA);
CREATE AGGREGATE serialized(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg,
    COMBINEFUNC = numeric_avg_combine, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize,
    PARALLEL = SAFE);
CREATE AGGREGATE variadic_sum(VARIADIC integer[]) (SFUNC = array_cat, STYPE = integer[], INITCOND = '{}');
CREATE AGGREGATE ordered(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE hypothetical(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE old_style (BASETYPE = integer, SFUNC1 = plus, STYPE1 = integer, INITCOND1 = '0');
CREATE AGGREGATE quoted("a b" integer) (SFUNC = plus, STYPE = integer, INITCOND = '7');
CREATE OR REPLACE AGGREGATE quoted("a b" integer) (SFUNC = minus, STYPE = integer);
-- An initial value that only the session's settings can read.
SET DateStyle = 'SQL, DMY';
\set VERBOSITY terse
CREATE AGGREGATE latest(date) (SFUNC = date_larger, STYPE = date, INITCOND = '25/04/2020');
\set VERBOSITY default
RESET DateStyle;

ALTER AGGREGATE counted(*) RENAME TO number_of;
ALTER AGGREGATE ordered(float8 ORDER BY anyelement) SET SCHEMA public;
COMMENT ON AGGREGATE number_of(*) IS 'how many';
DROP AGGREGATE number_of(*), summed(integer);
DROP AGGREGATE public.ordered(float8 ORDER BY anyelement);

SELECT data FROM pg_logical_slot_get_changes('deparse_aggregate', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN;|COMMIT)';
SELECT pg_drop_replication_slot('deparse_aggregate');

-- The end.
SET client_min_messages = warning;
DROP SCHEMA da CASCADE;
