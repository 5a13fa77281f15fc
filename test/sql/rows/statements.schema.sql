-- Whatever a statement can do to rows.
SET client_min_messages = error;
CREATE SCHEMA statements;
SET search_path = statements;
CREATE TABLE plain (id int PRIMARY KEY, a text, n int DEFAULT 0);
CREATE TABLE log (what text, id int);
ALTER TABLE log REPLICA IDENTITY FULL;
-- Partitions, two levels, with columns in another order
CREATE TABLE parted (k int, a text, id serial, PRIMARY KEY (k, id)) PARTITION BY RANGE (k);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE parted_high (id int NOT NULL DEFAULT 0, gone int, a text, k int NOT NULL, PRIMARY KEY (k, id)) PARTITION BY LIST (k);
ALTER TABLE parted_high DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_high FOR VALUES FROM (10) TO (20);
CREATE TABLE parted_high_10 PARTITION OF parted_high FOR VALUES IN (10, 11);
CREATE TABLE parted_high_rest PARTITION OF parted_high DEFAULT;
-- Inheritance
CREATE TABLE parent (id int PRIMARY KEY, a text);
CREATE TABLE child (b int, PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE grandchild (c int, PRIMARY KEY (id)) INHERITS (child);
-- Views: a plain one, one with an INSTEAD OF trigger, one with rules
CREATE VIEW simple AS SELECT id, a FROM plain WHERE id < 1000;
CREATE VIEW instead AS SELECT id, a FROM plain;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO statements.plain (id, a) VALUES (new.id, 'instead: ' || new.a);
    RETURN new;
END
$$;
CREATE TRIGGER instead INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION instead();
CREATE TABLE ruled (id int PRIMARY KEY, a text);
CREATE RULE ruled_insert AS ON INSERT TO ruled DO ALSO INSERT INTO statements.log VALUES ('rule', new.id);
CREATE RULE ruled_delete AS ON DELETE TO ruled DO INSTEAD UPDATE statements.ruled SET a = 'deleted' WHERE id = old.id;
-- Triggers: what they do upstream follows as rows, and they do not do it again.
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO statements.log VALUES (tg_name || ' ' || tg_op, coalesce(new.id, old.id));
    RETURN coalesce(new, old);
END
$$;
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.a := new.a || ' changed by ' || tg_name;
    RETURN new;
END
$$;
CREATE TABLE triggered (id int PRIMARY KEY, a text);
CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON triggered FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER changed BEFORE INSERT OR UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION change();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON triggered DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
-- Foreign keys
CREATE TABLE owner (id int PRIMARY KEY);
CREATE TABLE owned_cascade (id int PRIMARY KEY, owner int REFERENCES owner ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE owned_null (id int PRIMARY KEY, owner int REFERENCES owner ON UPDATE SET NULL ON DELETE SET NULL);
CREATE TABLE owned_default (id int PRIMARY KEY, owner int DEFAULT 0 REFERENCES owner ON DELETE SET DEFAULT);
CREATE TABLE owned_late (id int PRIMARY KEY, owner int REFERENCES owner DEFERRABLE INITIALLY DEFERRED);
-- Constraints that are checked late
CREATE TABLE late_unique (id int PRIMARY KEY, u int UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE late_key (id int, a text, PRIMARY KEY (id) DEFERRABLE INITIALLY IMMEDIATE);
ALTER TABLE late_key REPLICA IDENTITY FULL;
-- What does not follow
CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY REFERENCES owner);
CREATE MATERIALIZED VIEW matview AS SELECT 1 AS id WITH NO DATA;
-- Row security, which the replay has to pass
CREATE TABLE secured (id int PRIMARY KEY, a text);
ALTER TABLE secured ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY nothing ON secured USING (false);
-- TRUNCATE
CREATE TABLE cut (id serial PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE cut_child (id int REFERENCES cut);
ALTER TABLE cut_child REPLICA IDENTITY FULL;
CREATE TABLE cut_parted (k int, id serial) PARTITION BY LIST (k);
CREATE TABLE cut_parted_1 PARTITION OF cut_parted FOR VALUES IN (1);
CREATE TABLE cut_parted_2 PARTITION OF cut_parted FOR VALUES IN (2);
CREATE TABLE cut_parent (id int);
CREATE TABLE cut_child_of () INHERITS (cut_parent);
