-- Everything that the extension makes has a comment, columns included: \d+, \df+ and \dx+ explain it.
SELECT pg_describe_object(o.classid, o.objid, a.attnum) AS without_comment
FROM pg_extension e
JOIN pg_depend o ON o.refclassid = 'pg_extension'::regclass AND o.refobjid = e.oid AND o.deptype = 'e'
LEFT JOIN pg_class c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
CROSS JOIN LATERAL (SELECT 0 UNION ALL SELECT attnum FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a (attnum)
LEFT JOIN pg_description d ON d.classoid = o.classid AND d.objoid = o.objid AND d.objsubid = a.attnum
WHERE e.extname = 'pg_follower' AND d.description IS NULL
ORDER BY 1;
-- The query above looks at all kinds of objects that there are.
SELECT DISTINCT o.classid::regclass::text COLLATE "C" AS looked_at
FROM pg_extension e
JOIN pg_depend o ON o.refclassid = 'pg_extension'::regclass AND o.refobjid = e.oid AND o.deptype = 'e'
WHERE e.extname = 'pg_follower' ORDER BY 1;
