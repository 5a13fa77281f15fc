-- What others than the superuser who created the extension may do with its objects: PUBLIC may look at the view of
-- commands and call what a copy needs (what is not for everybody asks for the attribute REPLICATION itself), members
-- of pg_monitor look at the views of follows, and nobody may do anything else.
WITH member AS (
    SELECT o.classid, o.objid
    FROM pg_extension e
    JOIN pg_depend o ON o.refclassid = 'pg_extension'::regclass AND o.refobjid = e.oid AND o.deptype = 'e'
    WHERE e.extname = 'pg_follower'
), acl AS (
    SELECT classid, objid, proowner AS owner, coalesce(proacl, acldefault('f', proowner)) AS items
    FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
    UNION ALL
    SELECT classid, objid, relowner, coalesce(relacl, acldefault('r', relowner))
    FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
    UNION ALL
    SELECT classid, objid, relowner, attacl
    FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
    JOIN pg_attribute ON attrelid = objid AND attacl IS NOT NULL
    UNION ALL
    SELECT classid, objid, nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM member JOIN pg_namespace n ON classid = 'pg_namespace'::regclass AND n.oid = objid
)
SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
    string_agg(privilege_type, ', ' ORDER BY privilege_type) AS may, pg_describe_object(classid, objid, 0) AS object
FROM acl, aclexplode(items)
WHERE grantee <> owner
GROUP BY grantee, classid, objid
ORDER BY grantee, pg_describe_object(classid, objid, 0) COLLATE "C";
-- Nor is there anything that runs with its owner's rights.
SELECT count(*) AS security_definer FROM pg_extension e
JOIN pg_depend o ON o.refclassid = 'pg_extension'::regclass AND o.refobjid = e.oid AND o.deptype = 'e'
JOIN pg_proc p ON o.classid = 'pg_proc'::regclass AND p.oid = o.objid AND p.prosecdef
WHERE e.extname = 'pg_follower';
-- The rows of the tables are nobody's but superusers', whoever may read all data.
SELECT relname, relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policies
FROM pg_class c WHERE relnamespace = 'follower'::regnamespace AND relkind = 'r' ORDER BY 1;
-- Who may not replicate may not keep others waiting.
CREATE ROLE pgf_nobody;
CREATE ROLE pgf_replicator REPLICATION;
SET ROLE pgf_nobody;
SELECT follower.lock_commands();
SET ROLE pgf_replicator;
SELECT follower.lock_commands() > '0/0' AS locked;
RESET ROLE;
DROP ROLE pgf_nobody, pgf_replicator;
