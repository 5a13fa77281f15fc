-- The view of commands: the table of commands as SQL, for everybody.
SELECT how, count(*) > 0 AS some FROM follower.commands GROUP BY how ORDER BY how COLLATE "C";
-- What does not follow says why; what follows does so without a reason, or needs nothing.
SELECT command, reason FROM follower.commands WHERE NOT follows ORDER BY command COLLATE "C";
SELECT command, how, reason FROM follower.commands WHERE follows AND reason IS NOT NULL ORDER BY command COLLATE "C";
SELECT command, count(*) FROM follower.commands GROUP BY command HAVING count(*) > 1;
CREATE ROLE regress_commands;
SET ROLE regress_commands;
SELECT follows, how, reason FROM follower.commands WHERE command = 'CREATE TABLE';
RESET ROLE;
DROP ROLE regress_commands;
