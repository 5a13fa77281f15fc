-- Types of contrib modules.
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE EXTENSION cube;
CREATE TABLE t (i int PRIMARY KEY, h hstore, c citext, l ltree, q cube);
INSERT INTO t VALUES (1, '"a\"b"=>"c\\d", x=>NULL', 'MiXed', 'Top.Science', '(1,2),(3,4)');
UPDATE t SET h = h || 'z=>1', c = 'CHANGED';
CREATE TABLE keyless AS SELECT h, c, l, q FROM t;
UPDATE keyless SET c = 'changed';
DELETE FROM keyless WHERE c = 'CHANGED';
