-- Rules, triggers and policies of permanent tables that use something temporary end with it, and do not follow.
CREATE TABLE k (a int PRIMARY KEY);
-- Not compared while they are there.
BEGIN;
CREATE TEMP TABLE kt () INHERITS (k);
CREATE RULE kr AS ON INSERT TO k WHERE new.a > 100 DO INSTEAD INSERT INTO kt VALUES (new.a);
CREATE FUNCTION pg_temp.noticed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER noticed BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION pg_temp.noticed();
CREATE POLICY in_kt ON k USING (a IN (SELECT a FROM kt));
CREATE POLICY always ON k USING (EXISTS (SELECT FROM k other WHERE other.a > k.a));
INSERT INTO k VALUES (1), (200);
COMMENT ON TRIGGER noticed ON k IS 'of this session';
ALTER RULE kr ON k RENAME TO kr2;
ALTER POLICY in_kt ON k USING (a NOT IN (SELECT a FROM kt));
DROP TRIGGER noticed ON k;
DROP RULE kr2 ON k;
DROP POLICY in_kt ON k;
CREATE RULE kr AS ON DELETE TO k DO ALSO DELETE FROM kt WHERE a = old.a;
DROP TABLE kt CASCADE;
COMMIT;
UPDATE k SET a = 2;
