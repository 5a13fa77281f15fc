-- Prints the table of commands of docs/what-follows.md from the view follower.commands. For psql -XAtq -f.
SELECT '| follows | how | commands |';
SELECT '|---|---|---|';
SELECT format('| %s | %s | %s |', CASE WHEN follows THEN 'yes' ELSE 'no' END, how || coalesce(': ' || reason, ''),
              string_agg(command, ', ' ORDER BY command COLLATE "C"))
FROM follower.commands
GROUP BY follows, how, reason
ORDER BY follows DESC, count(*) DESC, how COLLATE "C", reason COLLATE "C";
