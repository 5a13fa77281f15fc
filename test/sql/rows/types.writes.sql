-- Every sample is inserted twice, updated, and one of the two deleted; as a key it is inserted, changed and deleted.
-- The settings are such as would harm who depends on them.
SET datestyle = 'SQL, DMY';
SET client_min_messages = warning;
SET intervalstyle = 'sql_standard';
SET timezone = 'Australia/Lord_Howe';
SET extra_float_digits = -15;
SET bytea_output = 'escape';
SET xmloption = 'document';
SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET search_path = types, public;
SET xmloption = 'content';
DO $$
DECLARE
    s record;
    full_name text;
    key_name text;
BEGIN
    -- The samples are written for this.
    SET LOCAL datestyle = 'ISO, YMD';
    SET LOCAL standard_conforming_strings = on;
    FOR s IN SELECT type, sample, row_number() OVER () AS n FROM types.samples LOOP
        full_name := format('types.%I', 'full ' || s.type);
        key_name := format('types.%I', 'key ' || s.type);
        EXECUTE format('INSERT INTO %s VALUES (%s, %L), (%s, %L), (%s, NULL)', full_name, s.n, s.sample, s.n, s.sample, s.n);
        EXECUTE format('UPDATE %s SET n = -n WHERE n = %s', full_name, s.n);
        EXECUTE format('DELETE FROM %s WHERE ctid IN (SELECT min(ctid) FROM %s WHERE n = %s)', full_name, full_name, -s.n);
        EXECUTE format('UPDATE %s SET v = %L WHERE n = %s AND v IS NULL', full_name, s.sample, -s.n);
        EXECUTE format('UPDATE %s SET v = NULL WHERE ctid IN (SELECT min(ctid) FROM %s WHERE n = %s)', full_name, full_name, -s.n);
        IF to_regclass(key_name) IS NOT NULL THEN
            EXECUTE format('INSERT INTO %s VALUES (%s, %L) ON CONFLICT DO NOTHING', key_name, s.n, s.sample);
            EXECUTE format('UPDATE %s SET n = -n', key_name);
        END IF;
    END LOOP;
    FOR s IN SELECT type, min(sample COLLATE "C") AS first, max(sample COLLATE "C") AS last FROM types.samples GROUP BY type
        ORDER BY type COLLATE "C" LOOP
        key_name := format('types.%I', 'key ' || s.type);
        CONTINUE WHEN to_regclass(key_name) IS NULL;
        -- Moves one key and deletes another.
        EXECUTE format('DELETE FROM %s WHERE k = %L::%s', key_name, s.first, s.type);
        EXECUTE format('UPDATE %s SET k = %L WHERE k = %L::%s', key_name, s.first, s.last, s.type);
    END LOOP;
END
$$;

-- Values whose image in memory differs from that of the same value read from text
INSERT INTO types.computed
SELECT 1, 'Infinity'::float8 - 'Infinity'::float8, 'Infinity'::float4 - 'Infinity'::float4, '{1,NULL,3}', 1.10 + 0.90, '{"a": 1}';
UPDATE types.computed SET a[2] = 2, n = n * 0, j = (j || '{"b": 2}') - 'a';
INSERT INTO types.computed_full SELECT * FROM types.computed;
INSERT INTO types.computed_full SELECT * FROM types.computed;
UPDATE types.computed_full SET id = 2 WHERE ctid = (SELECT min(ctid) FROM types.computed_full);
UPDATE types.computed_full SET a[1] = NULL WHERE id = 1;
UPDATE types.computed_full SET a[1] = 1 WHERE id = 1;
DELETE FROM types.computed_full WHERE id = 1;
RESET ALL;
