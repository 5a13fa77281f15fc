-- Prints the README's table of settings from the library itself. For psql -XAtq -f.
LOAD 'pg_follower';
SELECT '| setting | default | what it does |';
SELECT '|---|---|---|';
SELECT format('| `%s` | %s | %s |', name, coalesce('`' || nullif(boot_val, '') || coalesce(unit, '') || '`', ''),
    concat_ws(' ', short_desc, extra_desc))
FROM pg_settings
WHERE name LIKE 'pg\_follower.%'
ORDER BY name COLLATE "C";
