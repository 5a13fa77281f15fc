-- Triggers of constraints, whose names hold OIDs, enabled and disabled by name.
CREATE TEMP TABLE other_oids (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE a (id int PRIMARY KEY, u int UNIQUE DEFERRABLE);
CREATE TABLE "b 100%" (id int REFERENCES a, self int UNIQUE REFERENCES "b 100%" (self));
CREATE TABLE p (id int REFERENCES a) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger
WHERE tgisinternal AND tgparentid = 0 ORDER BY tgname \gexec
INSERT INTO "b 100%" VALUES (77, 78);
SELECT format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger
WHERE tgisinternal AND tgrelid = 'a'::regclass ORDER BY tgname \gexec
SELECT format('ALTER TABLE %s ENABLE TRIGGER %I', tgrelid::regclass, tgname) FROM pg_trigger
WHERE tgisinternal AND tgrelid = 'p'::regclass ORDER BY tgname \gexec
INSERT INTO a VALUES (5, 6);
INSERT INTO p VALUES (5);
