INSERT INTO toast.keyed
SELECT i, 'small', repeat(md5(i::text), 300), decode(repeat(md5(i::text), 300), 'hex'),
    jsonb_build_object('k', (SELECT jsonb_agg(md5(i::text || j)) FROM generate_series(1, 300) AS j)),
    ARRAY(SELECT md5(j::text || i) FROM generate_series(1, 300) AS j)
FROM generate_series(1, 5) AS i;
INSERT INTO toast.full_row SELECT * FROM toast.keyed;
UPDATE toast.keyed SET small = 'changed' WHERE id = 1;
UPDATE toast.keyed SET id = 20 WHERE id = 2;
UPDATE toast.keyed SET big = big || '+', small = NULL WHERE id = 3;
UPDATE toast.keyed SET bytes = NULL, list = list || 'more'::text WHERE id = 4;
UPDATE toast.keyed SET doc = doc || '{"x": 1}';
DELETE FROM toast.keyed WHERE id = 5;
UPDATE toast.full_row SET small = 'changed' WHERE id = 1;
UPDATE toast.full_row SET id = 20 WHERE id = 2;
UPDATE toast.full_row SET big = big || '+', small = NULL WHERE id = 3;
UPDATE toast.full_row SET bytes = NULL, list = list || 'more'::text WHERE id = 4;
INSERT INTO toast.full_row SELECT * FROM toast.full_row WHERE id = 4;
UPDATE toast.full_row SET small = 'other' WHERE ctid = (SELECT max(ctid) FROM toast.full_row WHERE id = 4);
DELETE FROM toast.full_row WHERE id = 5;
INSERT INTO toast.big_key SELECT repeat(md5(i::text), 20) || i, i, repeat(md5(i::text), 300) FROM generate_series(1, 3) AS i;
UPDATE toast.big_key SET a = -a;
UPDATE toast.big_key SET k = k || 'moved' WHERE a = -2;
DELETE FROM toast.big_key WHERE a = -3;
INSERT INTO toast.big_name SELECT repeat(md5(i::text), 60), i, i FROM generate_series(1, 3) AS i;
UPDATE toast.big_name SET a = -a;
UPDATE toast.big_name SET n = 30 WHERE n = 3;
UPDATE toast.big_name SET name = 'short' WHERE n = 1;
DELETE FROM toast.big_name WHERE n = 2;
INSERT INTO toast.many_columns
SELECT i, v, v, v, v, v, v, v FROM generate_series(1, 130) AS i, LATERAL (SELECT repeat(md5(i::text), 80) AS v) AS x;
-- More sets of unchanged columns than statements are kept for: one for each i, twice
DO $$
BEGIN
    FOR round IN 1 .. 2 LOOP
        FOR i IN 1 .. 127 LOOP
            EXECUTE (SELECT format('UPDATE toast.many_columns SET %s WHERE id = %s',
                                   string_agg(format('%I = %I || %L', c, c, round), ', '), i)
                     FROM unnest(ARRAY['a', 'b', 'c', 'd', 'e', 'f', 'g']) WITH ORDINALITY AS u (c, n)
                     WHERE i & (1 << (n::int - 1)) <> 0);
        END LOOP;
    END LOOP;
END
$$;
INSERT INTO toast.generated VALUES (1, repeat('x', 9000), DEFAULT, 1), (2, 'small', DEFAULT, 2);
UPDATE toast.generated SET a = 3;
UPDATE toast.generated SET big = big || 'y';
-- An UPDATE that sets a value out of line, and one that brings it back
INSERT INTO toast.lz4 VALUES (1, repeat('compressible ', 1000), 1), (2, 'small', 2);
UPDATE toast.lz4 SET n = 5;
UPDATE toast.lz4 SET a = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) AS i) WHERE id = 2;
UPDATE toast.lz4 SET n = 6;
UPDATE toast.lz4 SET a = 'small again' WHERE id = 2;
-- In one transaction, also with subtransactions
BEGIN;
INSERT INTO toast.keyed (id, big) VALUES (100, repeat('a1', 9000));
SAVEPOINT s;
UPDATE toast.keyed SET big = repeat('b2', 9000) WHERE id = 100;
ROLLBACK TO s;
UPDATE toast.keyed SET small = 'still a1' WHERE id = 100;
SAVEPOINT s;
UPDATE toast.keyed SET big = repeat('c3', 9000) WHERE id = 100;
RELEASE s;
UPDATE toast.keyed SET small = 'now c3' WHERE id = 100;
COMMIT;
