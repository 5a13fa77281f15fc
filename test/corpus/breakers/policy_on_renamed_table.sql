-- A policy on a table that is renamed later, altered and dropped.
CREATE ROLE breaker_pol;
CREATE TABLE t (i int, owner name DEFAULT current_user);
CREATE POLICY p ON t AS RESTRICTIVE FOR SELECT TO breaker_pol, PUBLIC USING (owner = current_user AND i > (SELECT 0));
CREATE POLICY q ON t FOR INSERT WITH CHECK (i > 0);
ALTER TABLE t RENAME TO t_new;
ALTER TABLE t_new RENAME owner TO who;
ALTER POLICY p ON t_new TO breaker_pol USING (who = 'x');
ALTER POLICY q ON t_new RENAME TO qq;
ALTER TABLE t_new ENABLE ROW LEVEL SECURITY;
ALTER TABLE t_new SET SCHEMA public;
DROP POLICY p ON t_new;
