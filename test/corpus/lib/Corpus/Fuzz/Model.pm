# What exists at this moment, as the generators of Corpus::Fuzz see it: read from the upstream's catalog in the session
# that runs the history, so that what an open transaction has made is there, and what the current role may not touch is
# not.  Every list is sorted, so the same history gives the same model on the same server version.
package Corpus::Fuzz::Model;

use strict;
use warnings;

# Rows of (kind, name, up to five details).  Names come quoted and qualified and fit into a statement as they are.
# Details that are lists are divided by ; and their elements by |, which no generated name contains.  What the server
# came with has OIDs below 16384; leaving it out early is most of the query's speed.
my $query = <<'END';
WITH ns AS (SELECT oid, nspname, nspowner FROM pg_namespace
	WHERE nspname !~ '^(pg_|information_schema|follow)' AND (nspname <> 'pg_catalog')
		AND has_schema_privilege(oid, 'USAGE')),
own_depend AS MATERIALIZED (SELECT classid, objid, deptype FROM pg_depend WHERE objid >= 16384
	AND deptype IN ('e', 'i')),
viewed AS MATERIALIZED (SELECT DISTINCT refobjid AS oid FROM pg_depend WHERE classid = 'pg_rewrite'::regclass
	AND refclassid = 'pg_class'::regclass AND refobjid >= 16384),
used AS MATERIALIZED (SELECT DISTINCT atttypid AS oid FROM pg_attribute WHERE attrelid >= 16384 AND atttypid >= 16384
	AND attnum > 0 AND NOT attisdropped),
mine AS (SELECT oid FROM pg_roles WHERE pg_has_role(oid, 'USAGE')),
rel AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS q, n.nspname FROM pg_class c
	JOIN ns n ON n.oid = c.relnamespace
	WHERE relowner IN (SELECT oid FROM mine)),
temp AS (SELECT c.oid, c.relname, c.relkind, quote_ident(c.relname) AS q FROM pg_class c WHERE relpersistence = 't'
	AND relnamespace = pg_my_temp_schema()),
typ AS (SELECT t.oid, t.typtype, t.typrelid, t.typbasetype, t.typname, t.typnamespace, t.typowner, t.typcategory, CASE
	WHEN n.nspname = 'pg_catalog' THEN format_type(t.oid, NULL)
	WHEN t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A' THEN (SELECT format('%I.%I[]', n.nspname, e.typname)
		FROM pg_type e WHERE e.oid = t.typelem)
	ELSE format('%I.%I', n.nspname, t.typname) END AS q FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace),
col AS (SELECT attrelid, string_agg(concat_ws('|', quote_ident(attname), typ.q, CASE WHEN attnotnull THEN 'n'
	ELSE '' END, attidentity::text || replace(attgenerated::text, 'v', 's'),
		CASE WHEN attinhcount = 0 THEN 'l' ELSE '' END, CASE WHEN atthasdef THEN 'd' ELSE '' END,
		coalesce((SELECT format('%I.%I', rn.nspname, r.relname) || '|' || quote_ident(ra.attname) FROM pg_constraint k
			JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
			JOIN pg_attribute ra ON ra.attrelid = r.oid AND ra.attnum = k.confkey[1] WHERE k.conrelid = a.attrelid
				AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] ORDER BY k.conname LIMIT 1), '|'),
		CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indnatts = 1
			AND i.indkey[0] = a.attnum) THEN 'u' ELSE '' END), ';' ORDER BY attnum) AS list
	FROM pg_attribute a JOIN rel ON rel.oid = a.attrelid JOIN typ ON typ.oid = a.atttypid WHERE attrelid >= 16384
		AND attnum > 0 AND NOT attisdropped GROUP BY attrelid)
SELECT 'session', current_user::text, coalesce(current_schema::text, ''), current_database()::text,
	current_setting('quote_all_identifiers'), '', ''
UNION ALL SELECT 'schema', quote_ident(nspname), CASE WHEN has_schema_privilege(oid, 'CREATE') THEN 'c'
	ELSE '' END, '', '', '', '' FROM ns WHERE nspowner IN (SELECT oid FROM mine) AND nspname <> 'public'
UNION ALL SELECT 'place', quote_ident(nspname), '', '', '', '', '' FROM ns WHERE has_schema_privilege(oid, 'CREATE')
UNION ALL SELECT CASE WHEN relkind = 'f' THEN 'foreign' WHEN relkind = 'p' THEN 'partitioned' WHEN relispartition
	THEN 'partition' ELSE 'table' END, q, coalesce(col.list, ''),
	coalesce(pg_get_partkeydef(oid), ''), coalesce((SELECT string_agg(format('%I.%I', pn.nspname, p.relname), ';'
		ORDER BY inhseqno) FROM pg_inherits JOIN pg_class p ON p.oid = inhparent
		JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE inhrelid = rel.oid), ''),
	coalesce(pg_get_expr(relpartbound, oid), ''),
	concat(relpersistence, CASE WHEN reloftype <> 0 THEN 'o' END, CASE WHEN oid IN (SELECT oid FROM viewed)
		THEN 'v' END,
		CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhparent = rel.oid) THEN 'c' END,
		CASE WHEN reltype IN (SELECT oid FROM used) OR EXISTS (SELECT FROM pg_type t
			JOIN used ON used.oid = t.typarray WHERE t.oid = rel.reltype) THEN 'y' END)
	FROM rel LEFT JOIN col ON attrelid = oid WHERE relkind IN ('r', 'p', 'f')
UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview'
	ELSE 'sequence' END, q, coalesce(col.list, ''), CASE WHEN relispopulated THEN 'p' ELSE '' END,
	CASE WHEN relkind = 'S' AND EXISTS (SELECT FROM own_depend d WHERE d.classid = 'pg_class'::regclass
		AND d.objid = rel.oid) THEN 'i' ELSE '' END,
	CASE WHEN EXISTS (SELECT FROM pg_foreign_table) THEN '' WHEN relkind = 'v'
		AND pg_relation_is_updatable(oid, true) & 28 = 28 THEN 'w' ELSE '' END, '' FROM rel LEFT
		JOIN col ON attrelid = oid WHERE relkind IN ('v', 'm', 'S')
UNION ALL SELECT CASE relkind WHEN 'i' THEN 'tempindex' WHEN 'v' THEN 'tempview' WHEN 'S' THEN 'tempsequence'
	ELSE 'temptable' END, q, '', '', '', '', '' FROM temp
UNION ALL SELECT 'index', rel.q, format('%I.%I', tn.nspname, t.relname), CASE WHEN indisunique AND indpred IS NULL
	AND indexprs IS NULL AND indimmediate THEN 'u' ELSE '' END,
	CASE WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x')) THEN 'c'
		ELSE '' END,
	concat(rel.relkind, CASE WHEN rel.relispartition THEN 'a' END, CASE WHEN NOT indisvalid THEN 'n' END, CASE
		WHEN t.relkind = 'm' THEN 'm' END),
	(SELECT string_agg(coalesce(quote_ident(attname), '?'), ';' ORDER BY o) || CASE WHEN bool_and(attnotnull)
		THEN '|n' ELSE '|' END FROM unnest(indkey) WITH ORDINALITY AS u (n, o) LEFT
		JOIN pg_attribute ON attrelid = i.indrelid AND attnum = n WHERE o <= indnkeyatts)
	FROM rel JOIN pg_index i ON i.indexrelid = rel.oid JOIN pg_class t ON t.oid = indrelid
		JOIN pg_namespace tn ON tn.oid = t.relnamespace WHERE rel.relkind IN ('i', 'I')
UNION ALL SELECT 'constraint', quote_ident(conname), q, contype::text, convalidated::text, CASE WHEN condeferrable
	THEN 'd' ELSE '' END, CASE WHEN coninhcount = 0 THEN 'l' ELSE '' END
	FROM pg_constraint JOIN rel ON rel.oid = conrelid WHERE conislocal AND conparentid = 0 AND contype <> 't'
UNION ALL SELECT 'base', format('%I.%I', n.nspname, typname), CASE WHEN typisdefined THEN ''
	ELSE 's' END, '', '', '', '' FROM pg_type t JOIN ns n ON n.oid = typnamespace WHERE typtype = 'p' OR typtype = 'b'
	AND typelem = 0
UNION ALL SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite' END, q,
	CASE typtype WHEN 'e' THEN (SELECT string_agg(quote_literal(enumlabel), ';' ORDER BY enumsortorder) FROM pg_enum
		WHERE enumtypid = typ.oid)
		WHEN 'c' THEN (SELECT string_agg(quote_ident(attname) || '|' || y.q, ';' ORDER BY attnum) FROM pg_attribute
			JOIN typ y ON y.oid = atttypid WHERE attrelid = typ.typrelid AND attnum > 0 AND NOT attisdropped)
		WHEN 'r' THEN (SELECT y.q FROM pg_range JOIN typ y ON y.oid = rngsubtype WHERE rngtypid = typ.oid)
		ELSE (SELECT string_agg(quote_ident(conname) || '|' || convalidated, ';' ORDER BY conname) FROM pg_constraint
			WHERE contypid = typ.oid) END,
	coalesce((SELECT y.q FROM typ y WHERE y.oid = typ.typbasetype), ''),
	concat(CASE WHEN EXISTS (SELECT FROM pg_class WHERE reloftype = typ.oid) THEN 'o' END, CASE
		WHEN typ.oid IN (SELECT oid FROM used) THEN 'u' END), '', ''
	FROM typ JOIN ns ON ns.oid = typnamespace WHERE typtype IN ('e', 'd', 'r') AND typowner IN (SELECT oid FROM mine)
		OR typtype = 'c' AND typowner IN (SELECT oid FROM mine) AND EXISTS (SELECT FROM pg_class
		WHERE pg_class.oid = typrelid AND relkind = 'c')
UNION ALL SELECT CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE CASE prorettype
	WHEN 'trigger'::regtype THEN 'triggerfunction' WHEN 'event_trigger'::regtype THEN 'eventfunction'
	ELSE 'function' END END,
	format('%I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(p.oid)), format('%I.%I', nspname,
		proname), provolatile::text, prosrc ~ '^SELECT \d+$' || CASE WHEN proretset THEN 's'
		ELSE '' END, pg_get_function_arguments(p.oid), '' FROM pg_proc p JOIN ns ON ns.oid = pronamespace
	WHERE probin IS NULL AND proowner IN (SELECT oid FROM mine) AND p.oid >= 16384 AND NOT EXISTS (SELECT
		FROM own_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid)
UNION ALL SELECT 'trigger', quote_ident(tgname), q, relkind::text, '', '', '' FROM pg_trigger
	JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
UNION ALL SELECT 'policy', quote_ident(polname), q, '', '', '', '' FROM pg_policy JOIN rel ON rel.oid = polrelid
UNION ALL SELECT 'rule', quote_ident(rulename), q, '', '', '', '' FROM pg_rewrite JOIN rel ON rel.oid = ev_class
	WHERE rulename <> '_RETURN'
UNION ALL SELECT 'statistics', format('%I.%I', nspname, stxname), '', '', '', '', '' FROM pg_statistic_ext
	JOIN ns ON ns.oid = stxnamespace WHERE stxowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'collation', format('%I.%I', nspname, collname), '', '', '', '', '' FROM pg_collation
	JOIN ns ON ns.oid = collnamespace WHERE collowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'conversion', format('%I.%I', nspname, conname), '', '', '', '', '' FROM pg_conversion
	JOIN ns ON ns.oid = connamespace WHERE conowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'tsconfig', format('%I.%I', nspname, cfgname), coalesce((SELECT string_agg(alias, ';' ORDER BY alias)
	FROM ts_token_type(cfgparser) WHERE tokid IN (SELECT maptokentype FROM pg_ts_config_map
	WHERE mapcfg = c.oid)), ''), '', '', '', ''
	FROM pg_ts_config c JOIN ns ON ns.oid = cfgnamespace WHERE cfgowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'tsdict', format('%I.%I', nspname, dictname), '', '', '', '', '' FROM pg_ts_dict
	JOIN ns ON ns.oid = dictnamespace WHERE dictowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'operator', format('%I.%s', nspname, oprname), format('%s, %s', CASE WHEN oprleft = 0 THEN 'NONE'
	ELSE l.q END, r.q), '', '', '', '' FROM pg_operator o JOIN ns ON ns.oid = oprnamespace LEFT
	JOIN typ l ON l.oid = oprleft JOIN typ r ON r.oid = oprright WHERE oprowner IN (SELECT oid FROM mine)
	AND oprcode <> 0
UNION ALL SELECT 'cast', format('(%s AS %s)', l.q, r.q), '', '', '', '', '' FROM pg_cast c
	JOIN typ l ON l.oid = castsource JOIN typ r ON r.oid = casttarget WHERE c.oid >= 16384 AND NOT EXISTS (SELECT
	FROM own_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid)
	AND EXISTS (SELECT FROM pg_type WHERE pg_type.oid IN (castsource, casttarget) AND typowner IN (SELECT oid
		FROM mine))
UNION ALL SELECT 'opclass', format('%I.%I USING %s', nspname, opcname, amname), '', '', '', '', '' FROM pg_opclass
	JOIN ns ON ns.oid = opcnamespace JOIN pg_am a ON a.oid = opcmethod WHERE opcowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'opfamily', format('%I.%I USING %s', nspname, opfname, amname), '', '', '', '', '' FROM pg_opfamily
	JOIN ns ON ns.oid = opfnamespace JOIN pg_am a ON a.oid = opfmethod WHERE opfowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'publication', quote_ident(pubname), CASE WHEN puballtables THEN 'a'
	ELSE '' END, coalesce((SELECT string_agg(format('%I.%I', n.nspname, c.relname), ';' ORDER BY c.relname, n.nspname)
	FROM pg_publication_rel JOIN pg_class c ON c.oid = prrelid JOIN pg_namespace n ON n.oid = relnamespace
	WHERE prpubid = p.oid), ''), '', '', '' FROM pg_publication p WHERE pubowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'fdw', quote_ident(fdwname), '', '', '', '', '' FROM pg_foreign_data_wrapper
	WHERE fdwowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'server', quote_ident(srvname), coalesce((SELECT string_agg(CASE WHEN umuser = 0 THEN 'PUBLIC'
	ELSE quote_ident(usename) END, ';' ORDER BY usename) FROM pg_user_mappings m
	WHERE m.srvid = s.oid), ''), '', '', '', '' FROM pg_foreign_server s WHERE srvowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'eventtrigger', quote_ident(evtname), '', '', '', '', '' FROM pg_event_trigger
	WHERE evtname !~ 'pg_follower' AND evtowner IN (SELECT oid FROM mine)
UNION ALL SELECT 'method', quote_ident(amname), '', '', '', '', '' FROM pg_am WHERE oid >= 16384
UNION ALL SELECT 'role', quote_ident(rolname), '', '', '', '', '' FROM pg_roles WHERE rolname ~ '^fuzz_'
END

# Prepares the reading for a session: planning it each time would cost more than running it.
sub prepare
{
	my ($session) = @_;
	my (undef, $error) = $session->query(
		"SET jit = off; PREPARE fuzz_model AS SELECT * FROM ($query) o (kind, name, a, b, c, d, e) "
		  . "ORDER BY kind, name COLLATE \"C\", a COLLATE \"C\", b COLLATE \"C\"",
		30
	);
	die "the model's query: $error" if defined $error;
	return;
}

# Reads the model; returns (kind => [objects], undef) or (undef, error).
sub read_from
{
	my ($session) = @_;
	my ($rows, $error) = $session->query('EXECUTE fuzz_model', 60);
	return (undef, $error) if defined $error;
	my %objects;
	for my $row (@$rows)
	{
		my ($kind, $name, @detail) = @$row;
		my %object = (kind => $kind, name => $name, detail => \@detail);
		if ($kind =~ /^(?:table|partition|partitioned|foreign|view|matview)$/)
		{
			$object{columns} = [
				map {
					my %c;
					@c{qw(name type notnull made local default ref refcolumn unique)} = split /\|/, $_, -1;
					\%c
				} split /;/,
				$detail[0]
			];
			@object{qw(key parents bound flags)} = @detail[ 1 .. 4 ];
		}
		push @{ $objects{$kind} }, \%object;
	}
	return (\%objects, undef);
}

1;
