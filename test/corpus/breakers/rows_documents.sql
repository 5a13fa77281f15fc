-- json, jsonb, xml, tsvector, bit strings, money under another lc_monetary, oids and reg types, network and geometry.
CREATE TABLE t (i int PRIMARY KEY, j json, b jsonb, x xml, tv tsvector, tq tsquery, bi bit(5), vb bit varying, m money, o oid, rc regclass, rt regtype, rp regprocedure, l pg_lsn, ine inet, ci cidr, mac macaddr8, p point, bo box, pa path, po polygon, ci2 circle, li line, u uuid, tid tid, x8 xid8, jp jsonpath);
SET lc_monetary = 'C';
SET xmloption = content;
INSERT INTO t VALUES (1, '{"a" : [1, 2.50,  "\u00e9\n"], "a": null}', '{"b": 1e400, "a": "\\"}', '<a b="c">&amp;<!-- --></a> text', 'fat:1A cat:2B ''a''''b'':3', 'fat & (rat | !cat:*A)', B'10101', B'', '-12345.67', 4294967295, 't', 'text[]', 'lower(text)', 'FFFFFFFF/FFFFFFFF', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03:04:05', '(1e-300,NaN)', '((1,2),(3,4))', '[(1,2),(3,4)]', '((0,0),(1,1),(0,1))', '<(1,2),3>', '{1,2,3}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '(0,1)', '18446744073709551615', '$.a[*] ? (@ > 1)');
INSERT INTO t (i) VALUES (2);
UPDATE t SET j = '[]', m = m * 2 WHERE i = 1;
CREATE TABLE keyless (j json, x xml, p point, b box);
INSERT INTO keyless SELECT j, x, p, bo FROM t;
INSERT INTO keyless SELECT j, x, p, bo FROM t;
UPDATE keyless SET j = '{"x":1}' WHERE x IS NULL;
DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless);
