-- ON CONFLICT, COPY, MERGE, writes through views, rules, triggers, cascades, prepared transactions.
CREATE TABLE t (i int PRIMARY KEY, v text, n int DEFAULT 0);
INSERT INTO t VALUES (1, 'a') ON CONFLICT (i) DO UPDATE SET n = t.n + 1;
INSERT INTO t VALUES (1, 'a'), (2, 'b') ON CONFLICT (i) DO UPDATE SET n = t.n + 1;
INSERT INTO t VALUES (2, 'b') ON CONFLICT DO NOTHING;
COPY t (i, v) FROM stdin;
10	ten
11	\N
12	back\\slash
\.
MERGE INTO t USING (VALUES (1), (99)) s(i) ON t.i = s.i WHEN MATCHED THEN UPDATE SET v = 'merged' WHEN NOT MATCHED THEN INSERT VALUES (s.i, 'new');
CREATE VIEW v AS SELECT * FROM t WHERE i < 50;
UPDATE v SET n = 5 WHERE i = 10;
CREATE TABLE ref (i int REFERENCES t ON DELETE CASCADE ON UPDATE CASCADE, j int DEFAULT 1);
INSERT INTO ref VALUES (10), (11), (12);
UPDATE t SET i = 20 WHERE i = 10;
DELETE FROM t WHERE i = 11;
CREATE TABLE log (what text, at int);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (tg_op, coalesce(new.i, old.i)); new.n := 100; RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tf();
INSERT INTO t VALUES (200, 'by trigger');
UPDATE t SET v = 'x' WHERE i = 200;
WITH moved AS (DELETE FROM t WHERE i = 12 RETURNING *) INSERT INTO log SELECT v, i FROM moved;
BEGIN;
INSERT INTO t VALUES (300, 'prepared');
PREPARE TRANSACTION 'breaker_p';
COMMIT PREPARED 'breaker_p';
BEGIN;
INSERT INTO t VALUES (301, 'never');
CREATE TABLE also_never (i int);
PREPARE TRANSACTION 'breaker_q';
ROLLBACK PREPARED 'breaker_q';
