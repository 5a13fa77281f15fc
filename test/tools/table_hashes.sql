-- Prints "schema.table|rows|hash" for each permanent table and populated materialized view of the database, in order of
-- name, for comparing two databases. The hash is over the rows' texts, each hashed and then put in order, written under
-- fixed settings. Unlogged tables and those that belong to an extension are left out. For psql -XAtq -f.
SET search_path = '';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET timezone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = 'hex';
SET lc_monetary = 'C';
SET row_security = off;
SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(h, '''' ORDER BY h COLLATE "C"), '''')) '
              'FROM (SELECT md5(textin(record_out(r.*))) AS h FROM ONLY %s AS r) AS hashes',
              c.oid::regclass::text, c.oid::regclass)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated)
  AND c.relpersistence = 'p'
  AND c.oid >= 16384
  AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend AS d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
\gexec
