-- Rows that a constraint NOT VALID of their domain would refuse, changed in other columns; arrays over domains.
CREATE DOMAIN d AS int;
CREATE DOMAIN dd AS d;
CREATE DOMAIN dv AS varchar(5);
CREATE DOMAIN da AS int[];
CREATE DOMAIN dad AS d[];
CREATE TABLE t (i int PRIMARY KEY, n int, a d, b dd, c d[], e dd[], f dv[], g da[], h dad, k d[] UNIQUE);
INSERT INTO t VALUES (1, 1, 5, 5, '{5,NULL,6}', '[2:3]={5,5}', '{abc,"d e",NULL}', array['{5}'::da, '{1,2}'], '{5,7}', '{5}'),
	(2, 1, 6, 6, '{}', '{}', '{}', '{}', '{}', '{}'), (3, 1, 6, 6, '{{1,2},{3,4}}', NULL, NULL, NULL, NULL, '{6}');
CREATE TABLE keyless (a d[], n int);
INSERT INTO keyless VALUES ('{5}', 1), ('{6}', 1), (NULL, 1);
ALTER DOMAIN d ADD CHECK (value <> 5) NOT VALID;
ALTER DOMAIN da ADD CHECK (value[1] <> 5) NOT VALID;
UPDATE t SET n = n + 1;
UPDATE t SET c = c || 8, k = k || 9 WHERE i > 1;
UPDATE keyless SET n = n + 1;
DELETE FROM keyless WHERE a = '{6}';
CREATE INDEX ON t (c);
UPDATE t SET i = i + 10;
DELETE FROM t WHERE i = 12;
ALTER TABLE t REPLICA IDENTITY FULL;
UPDATE t SET n = 0;
ALTER TABLE keyless ADD x d[] DEFAULT '{4}';
UPDATE keyless SET n = 7 WHERE a IS NULL;
