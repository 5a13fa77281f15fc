-- BETWEEN and comparisons of rows as the first condition of several: their text, read again, is another expression.
CREATE TABLE t (a int CHECK (a BETWEEN 1 AND 100 AND a <> 50), b int, c text, d date,
	CONSTRAINT not_between CHECK (b NOT BETWEEN 5 AND 6 OR a > 3), CONSTRAINT rows CHECK ((a, b) = (1, 2) AND c = 'x' OR (a, b) <> (3, 4) OR c <> 'y'),
	CONSTRAINT plain CHECK ((a > 0 AND a < 200) AND b > 0), CONSTRAINT last CHECK (b > 0 AND a BETWEEN 1 AND 300));
CREATE DOMAIN dom AS int CHECK (value BETWEEN 1 AND 9 AND value <> 5) CHECK (value NOT BETWEEN 7 AND 8 OR value = 7);
CREATE VIEW v AS SELECT *, a BETWEEN b AND b + 3 AND c LIKE 'x%' AS "(((a >= 1) AND (a <= 2)) AND x)", '(((a >= 1) AND (a <= 2)) AND x)' AS lit
	FROM t WHERE a BETWEEN (SELECT min(b) FROM t WHERE b BETWEEN 0 AND 7 AND d > '2020-01-01') AND (SELECT max(b) FROM t) AND EXISTS (SELECT FROM t);
CREATE VIEW w AS SELECT CASE WHEN a BETWEEN 1 AND 2 AND b = 3 THEN 1 ELSE 2 END BETWEEN 1 AND 3 AND b = 4 AS x,
	(a, c, d) = (b, 'q', current_date) AND a = 1 AS y, NOT (a BETWEEN 2 AND 3 AND b BETWEEN 4 AND 5) AS z,
	(a BETWEEN 1 AND 2 AND b = 1) AND (c, d) = ('a', '2020-01-01') AS n, d BETWEEN '2020-01-01' AND current_date AND b IS NOT NULL AS dd,
	a BETWEEN SYMMETRIC 3 AND 1 AND b = 1 AS sy, (-a) BETWEEN -3 AND -1 AND b = 1 AS neg, a = ANY (ARRAY[1, 2]) AND b = 3 AS any
	FROM t GROUP BY a, b, c, d HAVING a BETWEEN 1 AND 5 AND count(*) > 0;
CREATE VIEW j AS SELECT t.a FROM t JOIN t u ON t.a BETWEEN u.a AND u.b AND t.c = u.c LEFT JOIN t s ON (t.a, t.b) = (s.a, s.b) AND t.a = 2 WHERE (t.a, t.b) = (s.a, s.b) AND t.a BETWEEN 1 AND 2;
CREATE VIEW whole AS SELECT t.a FROM t, t u WHERE (t.*, 1) = (u.*, 1) AND t.a = 1;
CREATE INDEX ON t (b) WHERE a BETWEEN 1 AND 5 AND c = 'x';
CREATE INDEX ON t ((a BETWEEN 1 AND 5 AND c = 'x'));
CREATE POLICY p ON t USING (a BETWEEN 1 AND 5 AND c = 'x') WITH CHECK ((a, b) = (1, 2) AND c = 'x');
CREATE RULE r AS ON DELETE TO t WHERE old.a BETWEEN 1 AND 5 AND old.b = 1 DO INSTEAD NOTHING;
CREATE FUNCTION f(i int) RETURNS bool LANGUAGE sql RETURN i BETWEEN 1 AND 5 AND i <> 3;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW WHEN (new.a BETWEEN 1 AND 5 AND new.b <> 3) EXECUTE FUNCTION tf();
ALTER TABLE t ADD g bool GENERATED ALWAYS AS (a BETWEEN 1 AND 5 AND b <> 3) STORED, ADD h bool DEFAULT (1 BETWEEN 0 AND 2 AND true);
CREATE TABLE u AS SELECT 1 AS a, 2 AS b, 'x' AS c;
ALTER TABLE u ALTER c TYPE bool USING (a BETWEEN 1 AND 5 AND b <> 3);
CREATE TABLE nat (a int, b int, c int);
CREATE VIEW natural_join AS SELECT a FROM nat NATURAL JOIN nat n WHERE a BETWEEN 1 AND 2 AND b = 3;
CREATE MATERIALIZED VIEW mv AS SELECT a FROM nat WHERE (a BETWEEN 1 AND 2 AND b BETWEEN 3 AND 4) OR (a NOT BETWEEN 1 AND 2 OR b = 3);
