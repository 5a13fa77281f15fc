-- Everything that the extension makes has a comment, columns included: \d+, \df+ and \dx+ explain it. From version 17
-- on, the row types of relations are members, too, and so are the types of arrays of them.
CREATE VIEW member AS SELECT o.classid, o.objid
FROM pg_extension e
JOIN pg_depend o ON o.refclassid = 'pg_extension'::regclass AND o.refobjid = e.oid AND o.deptype = 'e'
LEFT JOIN pg_type t ON o.classid = 'pg_type'::regclass AND t.oid = o.objid
LEFT JOIN pg_type element ON element.typarray = t.oid
WHERE e.extname = 'pg_follower' AND NOT EXISTS (SELECT FROM pg_class
    WHERE oid IN (t.typrelid, element.typrelid) AND relkind <> 'c');
SELECT pg_describe_object(o.classid, o.objid, a.attnum) AS without_comment
FROM member o
LEFT JOIN pg_class c ON o.classid = 'pg_class'::regclass AND c.oid = o.objid
CROSS JOIN LATERAL (SELECT 0 UNION ALL SELECT attnum FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a (attnum)
LEFT JOIN pg_description d ON d.classoid = o.classid AND d.objoid = o.objid AND d.objsubid = a.attnum
WHERE d.description IS NULL
ORDER BY 1;
-- The query above looks at all kinds of objects that there are.
SELECT DISTINCT classid::regclass::text COLLATE "C" AS looked_at FROM member ORDER BY 1;
DROP VIEW member;
