-- A view on a temporary table becomes temporary by itself.
CREATE TEMP TABLE base (i int);
CREATE VIEW looks_permanent AS SELECT * FROM base;
CREATE VIEW really_permanent AS SELECT 1 AS one;
DROP VIEW looks_permanent;
