-- CREATE POLICY and ALTER POLICY in every form.
CREATE ROLE regress_policy_one;
CREATE ROLE "regress policy two" SUPERUSER;
CREATE TABLE base (id integer PRIMARY KEY, who text);
CREATE TABLE allowed (who text);
SELECT FROM pg_create_logical_replication_slot('deparse_policy', 'pg_follower');

CREATE POLICY everything ON base;
CREATE POLICY own ON base USING (who = CURRENT_USER) WITH CHECK (who = CURRENT_USER AND id > 0);
CREATE POLICY "read it" ON base AS RESTRICTIVE FOR SELECT TO regress_policy_one, "regress policy two" USING (EXISTS (SELECT FROM allowed a WHERE a.who = base.who));
SET SESSION AUTHORIZATION "regress policy two";
CREATE POLICY write ON base FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY remove ON base FOR DELETE TO SESSION_USER USING (false);
RESET SESSION AUTHORIZATION;
CREATE POLICY change ON base FOR UPDATE USING (id < 10) WITH CHECK (id < 5);
ALTER POLICY own ON base TO regress_policy_one;
ALTER POLICY own ON base USING (true);
ALTER POLICY own ON base TO PUBLIC WITH CHECK (id > 1);
ALTER POLICY own ON base RENAME TO "own""ed";
ALTER TABLE base ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE base RENAME TO renamed;
ALTER POLICY change ON renamed USING (id < 20);
-- What DROP OWNED does to policies.
CREATE POLICY shared ON allowed TO regress_policy_one, "regress policy two";
CREATE POLICY alone ON allowed TO regress_policy_one;
DROP OWNED BY regress_policy_one;
DROP POLICY IF EXISTS change ON renamed;

\pset format unaligned
\pset tuples_only on
SELECT data FROM pg_logical_slot_get_changes('deparse_policy', NULL, NULL)
WHERE data !~ '^(SET|RESET|BEGIN|COMMIT)';
DROP TABLE renamed, allowed;
DROP ROLE regress_policy_one, "regress policy two";
SELECT FROM pg_drop_replication_slot('deparse_policy');
