-- Views: recursive, check options, security options, replaced, with columns added.
CREATE TABLE t (i int, v text);
CREATE RECURSIVE VIEW r (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5;
CREATE VIEW c WITH (security_barrier, security_invoker = true) AS SELECT * FROM t WHERE i > 0 WITH LOCAL CHECK OPTION;
CREATE OR REPLACE VIEW c AS SELECT *, i + 1 AS j FROM t WHERE i > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW renamed (x, y) AS SELECT i, v FROM t;
ALTER VIEW c SET (security_barrier = false);
ALTER VIEW c ALTER i SET DEFAULT 3;
CREATE OR REPLACE VIEW renamed (x, y) AS SELECT i, v FROM t WHERE v = 'x';
CREATE VIEW self AS SELECT a.i, b.v FROM t a LEFT JOIN t b USING (i) WHERE (a.i, b.v) IN (SELECT i, v FROM t);
INSERT INTO c (v) VALUES ('through');
CREATE RULE ins AS ON INSERT TO renamed DO INSTEAD INSERT INTO t VALUES (new.x, new.y);
INSERT INTO renamed VALUES (5, 'rule');
