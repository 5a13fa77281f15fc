# Random histories of DDL and rows, each statement chosen for what exists at that moment.
#
# The model of what exists is the upstream's own catalog, read before each statement in the session that runs the history
# (so it sees what an open transaction has made) and sorted by name: the same seed gives the same history on the same
# server version.  Nearly all statements are valid; one that fails stays in the history, for a failed command must not
# follow either.
#
# To teach it a statement, add a line to @generators: a weight and a function of the model that returns a statement, or
# nothing where it finds nothing to work on.
package Corpus::Fuzz;

use strict;
use warnings;

# new(seed, avoid => regex): statements that match avoid are not made, for while a known difference waits for its fix.
sub new
{
	my ($class, $seed, %arg) = @_;
	return bless { avoid => $arg{avoid}, seed => $seed, random => ($seed * 2654435761 + 12345) % 2**31, counter => 0, block => 0, path => '', role => '', objects => {} }, $class;
}

# A number below n.  A generator of its own: perl's may differ between versions.
sub below
{
	my ($self, $n) = @_;
	$self->{random} = ($self->{random} * 1103515245 + 12345) % 2**31;
	return int(($self->{random} >> 8) % $n);
}

sub one { my ($self, @list) = @_; return $list[ $self->below(scalar @list) ]; }
sub maybe { my ($self, $percent, $text) = @_; return $self->below(100) < $percent ? $text : ''; }

# Some of a list, at least one, in their order.
sub some
{
	my ($self, @list) = @_;
	my @chosen = grep { $self->below(2) } @list;
	return @chosen ? @chosen : $self->one(@list);
}

# A name that is not in use, now and then one that needs its quotes.
sub new_name
{
	my ($self, $prefix) = @_;
	my $n = ++$self->{counter};
	return $self->one(map({ "$prefix$n" } 1 .. 8), qq("$prefix $n"), qq("${prefix}""$n"), qq("${\ uc $prefix}$n%s"), qq("${prefix}é\\$n"));
}

sub schema { my ($self) = @_; return $self->one('public', 'public', map { $_->{name} } $self->all('schema')); }

# A new object's name, in a schema; unqualified where the search path leads there.
sub new_in_schema
{
	my ($self, $prefix) = @_;
	my $schema = $self->schema;
	my $name = $self->new_name($prefix);
	return $self->{path} eq $schema && $self->below(2) ? $name : "$schema.$name";
}

sub all { my ($self, $kind) = @_; return @{ $self->{objects}{$kind} || [] }; }

sub pick
{
	my ($self, @kinds) = @_;
	my @found = map { $self->all($_) } @kinds;
	return @found ? $self->one(@found) : undef;
}

# What the catalog holds, as (kind, name, details...).  Names come quoted and qualified.
my $model_query = <<'END';
WITH ns AS (SELECT oid, nspname FROM pg_namespace n WHERE nspname !~ '^(pg_|information_schema|follow)'),
rel AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS q FROM pg_class c JOIN ns n ON n.oid = c.relnamespace
	WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
SELECT 'schema', quote_ident(nspname), '', '', '', '' FROM ns WHERE nspname <> 'public'
UNION ALL SELECT CASE WHEN relispartition THEN 'partition' WHEN relkind = 'p' THEN 'partitioned' ELSE 'table' END, q, relpersistence::text,
	(SELECT string_agg(concat_ws('|', quote_ident(attname), format_type(atttypid, NULL), CASE WHEN attnotnull THEN 'n' ELSE '' END, attidentity::text || attgenerated::text,
		CASE WHEN attislocal THEN 'l' ELSE '' END, CASE WHEN atthasdef THEN 'd' ELSE '' END), ';' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = rel.oid AND attnum > 0 AND NOT attisdropped),
	coalesce(pg_get_partkeydef(oid), ''), coalesce((SELECT string_agg(inhparent::regclass::text, ',' ORDER BY 1) FROM pg_inherits WHERE inhrelid = rel.oid), '')
	FROM rel WHERE relkind IN ('r', 'p')
UNION ALL SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' ELSE 'sequence' END, q,
	(SELECT coalesce(string_agg(quote_ident(attname), ';' ORDER BY attnum), '') FROM pg_attribute a WHERE a.attrelid = rel.oid AND attnum > 0 AND NOT attisdropped), '', '', ''
	FROM rel WHERE relkind IN ('v', 'm', 'S')
UNION ALL SELECT 'index', rel.q, i.indrelid::regclass::text, CASE WHEN indisunique AND indpred IS NULL AND indexprs IS NULL THEN 'u' ELSE '' END,
	CASE WHEN EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) THEN 'c' ELSE '' END, rel.relkind::text FROM rel JOIN pg_index i ON i.indexrelid = rel.oid
UNION ALL SELECT 'constraint', quote_ident(conname), conrelid::regclass::text, contype::text, convalidated::text, '' FROM pg_constraint JOIN rel ON rel.oid = conrelid WHERE conislocal
UNION ALL SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite' END, format('%I.%I', nspname, typname),
	coalesce((SELECT string_agg(quote_literal(enumlabel), ';' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
		(SELECT string_agg(quote_ident(attname), ';' ORDER BY attnum) FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped),
		(SELECT string_agg(quote_ident(conname), ';' ORDER BY conname) FROM pg_constraint WHERE contypid = t.oid), ''), '', '', ''
	FROM pg_type t JOIN ns ON ns.oid = typnamespace WHERE typtype IN ('e', 'd', 'r') OR typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c')
UNION ALL SELECT CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE CASE prorettype WHEN 'trigger'::regtype THEN 'triggerfunction' ELSE 'function' END END,
	format('%I.%I', nspname, proname), pg_get_function_identity_arguments(p.oid), '', '', '' FROM pg_proc p JOIN ns ON ns.oid = pronamespace WHERE probin IS NULL
	AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
UNION ALL SELECT 'trigger', quote_ident(tgname), tgrelid::regclass::text, '', '', '' FROM pg_trigger JOIN rel ON rel.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
UNION ALL SELECT 'policy', quote_ident(polname), polrelid::regclass::text, '', '', '' FROM pg_policy JOIN rel ON rel.oid = polrelid
UNION ALL SELECT 'rule', quote_ident(rulename), ev_class::regclass::text, '', '', '' FROM pg_rewrite JOIN rel ON rel.oid = ev_class WHERE rulename <> '_RETURN'
UNION ALL SELECT 'statistics', format('%I.%I', nspname, stxname), '', '', '', '' FROM pg_statistic_ext JOIN ns ON ns.oid = stxnamespace
UNION ALL SELECT 'collation', format('%I.%I', nspname, collname), '', '', '', '' FROM pg_collation JOIN ns ON ns.oid = collnamespace
UNION ALL SELECT 'tsconfig', format('%I.%I', nspname, cfgname), '', '', '', '' FROM pg_ts_config JOIN ns ON ns.oid = cfgnamespace
UNION ALL SELECT 'operator', format('%I.%s', nspname, oprname), format('%s, %s', oprleft::regtype, oprright::regtype), '', '', '' FROM pg_operator JOIN ns ON ns.oid = oprnamespace
UNION ALL SELECT 'publication', quote_ident(pubname), '', '', '', '' FROM pg_publication
UNION ALL SELECT 'server', quote_ident(srvname), '', '', '', '' FROM pg_foreign_server
END

# Reads the model through the given session.
sub look
{
	my ($self, $session) = @_;
	my ($rows, $error) = $session->query("SELECT * FROM ($model_query) o (kind, name, a, b, c, d) ORDER BY kind, name COLLATE \"C\", a COLLATE \"C\", b COLLATE \"C\"", 30);
	return $error if defined $error;
	$self->{objects} = {};
	for my $row (@$rows)
	{
		my ($kind, $name, @detail) = @$row;
		my %object = (kind => $kind, name => $name, detail => \@detail);
		if ($kind =~ /^(?:table|partition|partitioned)$/)
		{
			$object{columns} = [ map { my %c; @c{qw(name type notnull made local default)} = split /\|/, $_, -1; \%c } split /;/, $detail[1] // '' ];
			$object{key} = $detail[2];
			$object{parents} = $detail[3];
		}
		push @{ $self->{objects}{$kind} }, \%object;
	}
	return;
}

# The next statement, for the model that look() has read.
sub next_statement
{
	my ($self) = @_;
	# Most statements are the superuser's, who may do anything.
	if ($self->{role} && !$self->{block} && $self->below(100) < 25) { $self->{role} = ''; return 'RESET ROLE'; }
	my $total = 0;
	our @generators;
	$total += $_->[0] for @generators;
	while (1)
	{
		my $at = $self->below($total);
		my $sql;
		for (@generators)
		{
			$at -= $_->[0];
			if ($at < 0) { $sql = $_->[1]->($self); last; }
		}
		next if !defined $sql || $sql eq '' || ($self->{avoid} && $sql =~ /$self->{avoid}/);
		return $sql;
	}
}

sub type
{
	my ($self) = @_;
	my @own = map { $_->{name} } map { $self->all($_) } qw(enum domain composite range);
	return $self->one(@own) if @own && !$self->below(4);
	return $self->one('int', 'int', 'bigint', 'text', 'text', 'varchar(20)', 'numeric(10,2)', 'date', 'timestamptz', 'boolean', 'jsonb', 'int[]', 'uuid', 'float8', 'char(3)', 'interval', 'bytea', 'int4range', 'text[]');
}

# An expression of a type, volatile ones among them.
sub value
{
	my ($self, $type) = @_;
	my $n = $self->below(1000);
	return 'NULL' if !$self->below(12);
	return
	    $type =~ /^(?:int|bigint|integer|smallint|numeric|double|float8)[^\[]*$/ ? $self->one($n, $n, "(random() * $n)::int")
	  : $type =~ /^(?:text|character varying|varchar|char|character|bpchar)[^\[]*$/ ? $self->one("'v$n'", "'it''s $n'", "left(md5(random()::text), 3)")
	  : $type eq 'date'             ? $self->one("'2024-01-01'::date + $n", 'current_date')
	  : $type =~ /^timestamp/       ? $self->one('clock_timestamp()', 'now()', "'2024-01-01'::timestamptz + '$n s'")
	  : $type eq 'boolean'          ? "random() < 0.5"
	  : $type =~ /^json/            ? "jsonb_build_object('a', $n)"
	  : $type =~ /^integer\[\]|int\[\]/ ? "ARRAY[$n, NULL, 3]"
	  : $type eq 'text[]'           ? "ARRAY['a\"$n', NULL, '']"
	  : $type eq 'uuid'             ? 'gen_random_uuid()'
	  : $type eq 'interval'         ? "'$n hours'::interval"
	  : $type eq 'bytea'            ? "'\\x00ff$n'::bytea" =~ s/x00ff(\d+)/'x00ff' . (length($1) % 2 ? "0$1" : $1)/er
	  : $type eq 'int4range'        ? "int4range($n, $n + 5)"
	  : $self->own_value($type);
}

# A value of an enum; other types of the user's get NULL.
sub own_value
{
	my ($self, $type) = @_;
	for my $enum ($self->all('enum'))
	{
		my $bare = $enum->{name} =~ s/^public\.//r;
		return $self->one(split /;/, $enum->{detail}[0]) . "::$enum->{name}" if ($type eq $enum->{name} || $type eq $bare) && $enum->{detail}[0] ne '';
	}
	return 'NULL';
}

sub column_definition
{
	my ($self, $name) = @_;
	my $type = $self->type;
	return "$name serial" if !$self->below(12);
	return "$name int GENERATED " . $self->one('ALWAYS', 'BY DEFAULT') . ' AS IDENTITY' if !$self->below(14);
	my $default = $self->below(3) ? '' : ' DEFAULT ' . $self->value($type);
	$default = '' if $default =~ /NULL$/;
	return "$name $type" . $default . $self->maybe(10, ' UNIQUE') . ($default ne '' ? $self->maybe(30, ' NOT NULL') : '');
}

sub columns { my ($self, $n) = @_; return map { $self->column_definition($self->new_name('c')) } 1 .. $n; }

# A list of new rows for a table: the columns that one may set, and values.
sub insert
{
	my ($self, $table) = @_;
	my @settable = grep { $_->{made} !~ /[as]/ } @{ $table->{columns} };
	return "INSERT INTO $table->{name} DEFAULT VALUES" if !@settable;
	my @rows = map { '(' . join(', ', map { $_->{default} && $self->below(2) ? 'DEFAULT' : $self->value($_->{type}) } @settable) . ')' } 1 .. 1 + $self->below(4);
	return "INSERT INTO $table->{name} (" . join(', ', map { $_->{name} } @settable) . ') VALUES ' . join(', ', @rows) . $self->maybe(20, ' ON CONFLICT DO NOTHING');
}

sub any_table { my ($self) = @_; return $self->pick('table', 'table', 'partitioned', 'partition'); }
sub column { my ($self, $table) = @_; return @{ $table->{columns} } ? $self->one(@{ $table->{columns} }) : undef; }
sub cascade { my ($self) = @_; return $self->maybe(60, ' CASCADE'); }
sub with_table { my ($self, $code) = @_; my $t = $self->any_table or return; return $code->($t); }
sub with_column { my ($self, $code) = @_; my $t = $self->any_table or return; my $c = $self->column($t) or return; return $code->($t, $c); }
sub with_kind { my ($self, $kind, $code) = @_; my $o = $self->pick($kind) or return; return $code->($o); }

# Several subcommands of ALTER TABLE on one table.
sub alter_table
{
	my ($self) = @_;
	my $t = $self->any_table or return;
	my @c = @{ $t->{columns} };
	my @parts = map {
		my $c = @c ? $self->one(@c) : undef;
		my $type = $self->type;
		my $new = $self->new_name('c');
		$self->one(
			"ADD " . $self->column_definition($new),
			$c ? (
				"DROP $c->{name}" . $self->cascade,
				"ALTER $c->{name} SET DEFAULT " . $self->value($c->{type}),
				"ALTER $c->{name} DROP DEFAULT",
				"ALTER $c->{name} DROP NOT NULL",
				"ALTER $c->{name} SET NOT NULL",
				"ALTER $c->{name} TYPE text USING $c->{name}::text" . $self->maybe(30, " || random()::text"),
				"ALTER $c->{name} SET STATISTICS " . $self->below(100),
				"ADD CONSTRAINT " . $self->new_name('k') . " CHECK ($c->{name} IS NOT NULL) NOT VALID",
				"ADD UNIQUE ($c->{name})",
			  ) : (),
			"SET (fillfactor = " . (10 + $self->below(90)) . ")");
	} 1 .. 1 + $self->below(3);
	return "ALTER TABLE " . $self->maybe(10, 'ONLY ') . $t->{name} . ' ' . join(', ', @parts);
}

sub partition_of
{
	my ($self) = @_;
	my $p = $self->pick('partitioned') or return;
	my $name = $self->new_in_schema('p');
	my $low = 100 * $self->below(12);
	my $bounds = $p->{key} =~ /^LIST/ ? 'IN (' . join(', ', map { $low + $_ } 0 .. 9) . ')' : $p->{key} =~ /^HASH/ ? 'WITH (MODULUS 3, REMAINDER ' . $self->below(3) . ')' : "FROM ($low) TO (" . ($low + 100) . ')';
	return "CREATE TABLE $name PARTITION OF $p->{name} " . ($p->{key} !~ /^HASH/ && !$self->below(4) ? 'DEFAULT' : "FOR VALUES $bounds");
}

# Weight and statement.
our @generators = (
	[ 3, sub { my $f = shift; 'CREATE SCHEMA ' . $f->new_name('s') } ],
	[ 1, sub { my $f = shift; my ($s, $t) = ($f->new_name('s'), $f->new_name('t')); "CREATE SCHEMA $s CREATE VIEW v AS SELECT * FROM $t CREATE TABLE $t (" . join(', ', $f->columns(2)) . ')' } ],
	[ 14, sub { my $f = shift; 'CREATE ' . $f->maybe(8, 'UNLOGGED ') . 'TABLE ' . $f->new_in_schema('t') . ' (' . join(', ', $f->maybe(60, 1) ? 'id int PRIMARY KEY' : (), $f->columns(1 + $f->below(5))) . ')' } ],
	[ 3, sub { my $f = shift; 'CREATE TEMP TABLE ' . $f->new_name('tmp') . ' (' . join(', ', $f->columns(2)) . ')' . $f->maybe(20, ' ON COMMIT DROP') } ],
	[ 3, sub { my $f = shift; 'CREATE TABLE ' . $f->new_in_schema('t') . ' (k int, ' . join(', ', $f->columns(2)) . ') PARTITION BY ' . $f->one('RANGE', 'LIST', 'HASH') . ' (k)' } ],
	[ 6, sub { my $f = shift; $f->partition_of } ],
	[ 2, sub { my $f = shift; my $p = $f->pick('partition') or return; "ALTER TABLE $p->{parents} DETACH PARTITION $p->{name}" } ],
	[ 2, sub { my $f = shift; my $p = $f->pick('table') or return; 'CREATE TABLE ' . $f->new_in_schema('t') . " (" . join(', ', $f->columns(1)) . ") INHERITS ($p->{name})" } ],
	[ 3, sub { my $f = shift; $f->with_table(sub { 'CREATE TABLE ' . $f->new_in_schema('t') . " (LIKE $_[0]{name}" . $f->maybe(60, ' INCLUDING ALL') . ')' }) } ],
	[ 3, sub { my $f = shift; $f->with_table(sub { my $t = shift; 'CREATE TABLE ' . $f->new_in_schema('t') . ' AS SELECT *, random() AS r, clock_timestamp() AS at FROM ' . $t->{name} . $f->maybe(15, ' WITH NO DATA') }) } ],
	[ 1, sub { my $f = shift; $f->with_table(sub { 'SELECT *, random() AS r INTO ' . $f->new_in_schema('t') . " FROM $_[0]{name}" }) } ],
	[ 14, sub { my $f = shift; $f->alter_table } ],
	[ 4, sub { my $f = shift; $f->with_column(sub { "ALTER TABLE $_[0]{name} RENAME $_[1]{name} TO " . $f->new_name('c') }) } ],
	[ 3, sub { my $f = shift; $f->with_table(sub { "ALTER TABLE $_[0]{name} RENAME TO " . $f->new_name('t') }) } ],
	[ 2, sub { my $f = shift; $f->with_table(sub { "ALTER TABLE $_[0]{name} SET SCHEMA " . $f->schema }) } ],
	[ 2, sub { my $f = shift; $f->with_table(sub { "ALTER TABLE $_[0]{name} OWNER TO " . $f->one('fuzz_a', 'fuzz_b', 'postgres') }) } ],
	[ 1, sub { my $f = shift; $f->with_table(sub { "ALTER TABLE $_[0]{name} SET " . $f->one('LOGGED', 'UNLOGGED') }) } ],
	[ 1, sub { my $f = shift; $f->with_table(sub { "ALTER TABLE $_[0]{name} REPLICA IDENTITY " . $f->one('FULL', 'DEFAULT') }) } ],
	[ 2, sub { my $f = shift; $f->with_column(sub { my ($t, $c) = @_; "ALTER TABLE $t->{name} ALTER $c->{name} TYPE " . $f->one('text', 'bigint', 'varchar(30)', 'numeric') . " USING NULL" }) } ],
	[ 2, sub { my $f = shift; my ($t, $r) = ($f->pick('table'), $f->pick('table')); return if !$t; return if !grep { $_->{name} eq 'id' } @{ $r->{columns} }; my $c = $f->column($t) or return; "ALTER TABLE $t->{name} ADD CONSTRAINT " . $f->new_name('fk') . " FOREIGN KEY ($c->{name}) REFERENCES $r->{name} (id)" . $f->one('', ' NOT VALID', ' ON DELETE CASCADE', ' DEFERRABLE INITIALLY DEFERRED') } ],
	[ 2, sub { my $f = shift; $f->with_kind('constraint', sub { my $k = shift; "ALTER TABLE $k->{detail}[0] " . $f->one("RENAME CONSTRAINT $k->{name} TO " . $f->new_name('k'), "DROP CONSTRAINT $k->{name}" . $f->cascade, "VALIDATE CONSTRAINT $k->{name}") }) } ],
	[ 5, sub { my $f = shift; $f->with_column(sub { my ($t, $c) = @_; 'CREATE ' . $f->maybe(15, 'UNIQUE ') . 'INDEX ' . $f->maybe(50, $f->new_name('i') . ' ') . "ON " . $f->maybe(10, 'ONLY ') . "$t->{name} (" . $f->one($c->{name}, "($c->{name} IS NULL)", "$c->{name} DESC NULLS LAST") . ')' . $f->maybe(20, " WHERE $c->{name} IS NOT NULL") }) } ],
	[ 2, sub { my $f = shift; $f->with_kind('index', sub { my $i = shift; 'ALTER INDEX ' . $i->{name} . $f->one(' RENAME TO ' . $f->new_name('i'), ' SET (fillfactor = 70)') }) } ],
	[ 2, sub { my $f = shift; $f->with_kind('index', sub { "DROP INDEX $_[0]{name}" . $f->cascade }) } ],
	[ 1, sub { my $f = shift; $f->with_kind('index', sub { my $i = shift; $i->{detail}[3] eq 'i' ? "ALTER TABLE $i->{detail}[0] CLUSTER ON " . $i->{name} =~ s/^.*\.(?=[^.]+$)//r : undef }) } ],
	[ 2, sub { my $f = shift; $f->with_table(sub { my $t = shift; my @c = @{ $t->{columns} }; return if @c < 2; 'CREATE STATISTICS ' . $f->new_in_schema('st') . " ON $c[0]{name}, $c[1]{name} FROM $t->{name}" }) } ],
	[ 1, sub { my $f = shift; $f->with_kind('statistics', sub { $f->one("DROP STATISTICS $_[0]{name}", "ALTER STATISTICS $_[0]{name} SET STATISTICS 5", "ALTER STATISTICS $_[0]{name} RENAME TO " . $f->new_name('st')) }) } ],
	[ 3, sub { my $f = shift; 'CREATE ' . $f->maybe(10, 'TEMP ') . 'SEQUENCE ' . $f->new_name('q') . $f->maybe(40, ' AS int') . $f->maybe(40, ' INCREMENT ' . (1 + $f->below(5))) . $f->maybe(30, ' START 10') . $f->maybe(20, ' CYCLE') } ],
	[ 3, sub { my $f = shift; $f->with_kind('sequence', sub { my $s = $_[0]{name}; $f->one("ALTER SEQUENCE $s RESTART WITH " . (1 + $f->below(50)), "ALTER SEQUENCE $s INCREMENT 3 MAXVALUE 100000", "ALTER SEQUENCE $s OWNED BY NONE", "ALTER SEQUENCE $s RENAME TO " . $f->new_name('q'), "DROP SEQUENCE $s" . $f->cascade, "ALTER SEQUENCE $s SET SCHEMA " . $f->schema) }) } ],
	[ 5, sub { my $f = shift; $f->with_table(sub { 'CREATE VIEW ' . $f->new_in_schema('v') . ' AS SELECT ' . $f->one('*', 'count(*) AS n', 'DISTINCT *') . " FROM $_[0]{name}" }) } ],
	[ 2, sub { my $f = shift; $f->with_kind('view', sub { my $v = shift; $f->one("ALTER VIEW $v->{name} RENAME TO " . $f->new_name('v'), "DROP VIEW $v->{name}" . $f->cascade, "ALTER VIEW $v->{name} SET (security_barrier = true)", "ALTER VIEW $v->{name} OWNER TO fuzz_b", "ALTER VIEW $v->{name} SET SCHEMA " . $f->schema, $v->{detail}[0] ne '' ? "ALTER VIEW $v->{name} RENAME COLUMN " . (split /;/, $v->{detail}[0])[0] . ' TO ' . $f->new_name('c') : ()) }) } ],
	[ 2, sub { my $f = shift; $f->with_table(sub { 'CREATE MATERIALIZED VIEW ' . $f->new_in_schema('m') . ' AS SELECT ' . $f->one('*', 'count(*) AS n') . " FROM $_[0]{name}" . $f->maybe(20, ' WITH NO DATA') }) } ],
	[ 3, sub { my $f = shift; $f->with_kind('matview', sub { my $m = $_[0]{name}; $f->one("REFRESH MATERIALIZED VIEW $m", "REFRESH MATERIALIZED VIEW $m", "REFRESH MATERIALIZED VIEW $m WITH NO DATA", "DROP MATERIALIZED VIEW $m" . $f->cascade, "ALTER MATERIALIZED VIEW $m RENAME TO " . $f->new_name('m')) }) } ],
	[ 3, sub { my $f = shift; 'CREATE TYPE ' . $f->new_in_schema('e') . ' AS ENUM (' . join(', ', map { "'l$_'" } 0 .. 1 + $f->below(4)) . ')' } ],
	[ 3, sub { my $f = shift; $f->with_kind('enum', sub { my $e = shift; my @l = split /;/, $e->{detail}[0]; my $n = ++$f->{counter}; $f->one("ALTER TYPE $e->{name} ADD VALUE 'n$n'", "ALTER TYPE $e->{name} ADD VALUE 'it''s $n' " . $f->one('BEFORE ', 'AFTER ') . $f->one(@l), "ALTER TYPE $e->{name} RENAME VALUE " . $f->one(@l) . " TO 'r$n'") }) } ],
	[ 2, sub { my $f = shift; 'CREATE TYPE ' . $f->new_in_schema('ct') . ' AS (' . join(', ', map { $f->new_name('a') . ' ' . $f->type } 1 .. 1 + $f->below(3)) . ')' } ],
	[ 2, sub { my $f = shift; $f->with_kind('composite', sub { my $t = shift; my @a = split /;/, $t->{detail}[0]; $f->one("ALTER TYPE $t->{name} ADD ATTRIBUTE " . $f->new_name('a') . ' int CASCADE', @a ? ("ALTER TYPE $t->{name} RENAME ATTRIBUTE " . $f->one(@a) . ' TO ' . $f->new_name('a') . ' CASCADE', "ALTER TYPE $t->{name} DROP ATTRIBUTE " . $f->one(@a) . ' CASCADE') : ()) }) } ],
	[ 2, sub { my $f = shift; 'CREATE DOMAIN ' . $f->new_in_schema('d') . ' AS ' . $f->one('int', 'text', 'numeric(8,2)', 'int[]') . $f->maybe(40, ' CHECK (value IS NOT NULL OR true)') } ],
	[ 2, sub { my $f = shift; $f->with_kind('domain', sub { my $d = shift; $f->one("ALTER DOMAIN $d->{name} ADD CONSTRAINT " . $f->new_name('k') . ' CHECK (value IS NULL OR value IS NOT NULL)' . $f->maybe(30, ' NOT VALID'), "ALTER DOMAIN $d->{name} SET DEFAULT NULL", "ALTER DOMAIN $d->{name} RENAME TO " . $f->new_name('d'), $d->{detail}[0] ne '' ? "ALTER DOMAIN $d->{name} DROP CONSTRAINT " . (split /;/, $d->{detail}[0])[0] : ()) }) } ],
	[ 1, sub { my $f = shift; 'CREATE TYPE ' . $f->new_in_schema('ra') . ' AS RANGE (subtype = ' . $f->one('float8', 'date', 'text') . ')' } ],
	[ 2, sub { my $f = shift; $f->with_kind($f->one(qw(enum composite domain range)), sub { my $t = shift; my $w = $t->{kind} eq 'domain' ? 'DOMAIN' : 'TYPE'; $f->one("DROP $w $t->{name}" . $f->cascade, "ALTER $w $t->{name} SET SCHEMA " . $f->schema, "ALTER $w $t->{name} OWNER TO fuzz_a", "COMMENT ON $w $t->{name} IS 'it''s a \\ \$\$ type'") }) } ],
	[ 4, sub { my $f = shift; my $n = $f->below(100); 'CREATE ' . $f->maybe(20, 'OR REPLACE ') . 'FUNCTION ' . $f->new_in_schema('f') . '(a int DEFAULT 1, b text DEFAULT \'x\') RETURNS ' . $f->one("int LANGUAGE sql IMMUTABLE AS 'SELECT $n'", "int LANGUAGE plpgsql AS \$f\$ BEGIN RETURN a + $n; END \$f\$", "int LANGUAGE sql RETURN a + $n", "TABLE (x int, y text) LANGUAGE sql STABLE ROWS 5 AS 'SELECT a, b'") } ],
	[ 2, sub { my $f = shift; $f->with_kind('function', sub { my $g = "$_[0]{name}($_[0]{detail}[0])"; $f->one("DROP FUNCTION $g" . $f->cascade, "ALTER FUNCTION $g RENAME TO " . $f->new_name('f'), "ALTER FUNCTION $g STRICT COST 7", "ALTER FUNCTION $g SET work_mem = '1MB'", "ALTER FUNCTION $g OWNER TO fuzz_a", "ALTER FUNCTION $g SET SCHEMA " . $f->schema, "COMMENT ON FUNCTION $g IS 'fun'", "REVOKE ALL ON FUNCTION $g FROM PUBLIC", "GRANT EXECUTE ON FUNCTION $g TO fuzz_b") }) } ],
	[ 1, sub { my $f = shift; 'CREATE PROCEDURE ' . $f->new_in_schema('pr') . "(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := x + 1; COMMIT; END'" } ],
	[ 1, sub { my $f = shift; 'CREATE AGGREGATE ' . $f->new_in_schema('ag') . "(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')" } ],
	[ 1, sub { my $f = shift; $f->with_kind($f->one('procedure', 'aggregate'), sub { my $o = shift; 'DROP ' . uc($o->{kind}) . " $o->{name}($o->{detail}[0])" }) } ],
	[ 2, sub { my $f = shift; 'CREATE FUNCTION ' . $f->new_in_schema('tf') . '() RETURNS trigger LANGUAGE plpgsql AS $t$ BEGIN RETURN coalesce(new, old); END $t$' } ],
	[ 3, sub { my $f = shift; my ($t, $g) = ($f->pick('table', 'partitioned'), $f->pick('triggerfunction')); return if !$t || !$g; 'CREATE TRIGGER ' . $f->new_name('tr') . ' ' . $f->one('BEFORE', 'AFTER') . ' ' . $f->one('INSERT', 'UPDATE', 'DELETE', 'INSERT OR UPDATE') . " ON $t->{name} FOR EACH " . $f->one('ROW', 'STATEMENT') . " EXECUTE FUNCTION $g->{name}('a''b')" } ],
	[ 2, sub { my $f = shift; $f->with_kind('trigger', sub { my $t = shift; $f->one("ALTER TRIGGER $t->{name} ON $t->{detail}[0] RENAME TO " . $f->new_name('tr'), "DROP TRIGGER $t->{name} ON $t->{detail}[0]", "ALTER TABLE $t->{detail}[0] " . $f->one('ENABLE', 'DISABLE', 'ENABLE REPLICA', 'ENABLE ALWAYS') . " TRIGGER $t->{name}") }) } ],
	[ 1, sub { my $f = shift; $f->with_kind('table', sub { 'CREATE RULE ' . $f->new_name('ru') . " AS ON DELETE TO $_[0]{name} WHERE false DO INSTEAD NOTHING" }) } ],
	[ 1, sub { my $f = shift; $f->with_kind('rule', sub { $f->one("DROP RULE $_[0]{name} ON $_[0]{detail}[0]", "ALTER RULE $_[0]{name} ON $_[0]{detail}[0] RENAME TO " . $f->new_name('ru')) }) } ],
	[ 2, sub { my $f = shift; $f->with_table(sub { 'CREATE POLICY ' . $f->new_name('po') . " ON $_[0]{name}" . $f->maybe(40, ' FOR SELECT TO fuzz_a') . ' USING (true)' }) } ],
	[ 2, sub { my $f = shift; $f->with_kind('policy', sub { $f->one("DROP POLICY $_[0]{name} ON $_[0]{detail}[0]", "ALTER POLICY $_[0]{name} ON $_[0]{detail}[0] USING (false)", "ALTER POLICY $_[0]{name} ON $_[0]{detail}[0] RENAME TO " . $f->new_name('po'), "ALTER TABLE $_[0]{detail}[0] " . $f->one('ENABLE', 'DISABLE', 'FORCE') . ' ROW LEVEL SECURITY') }) } ],
	[ 4, sub { my $f = shift; $f->with_table(sub { my $t = shift; $f->one("GRANT SELECT, INSERT ON $t->{name} TO fuzz_a WITH GRANT OPTION", "GRANT ALL ON $t->{name} TO PUBLIC", "REVOKE ALL ON $t->{name} FROM fuzz_a CASCADE", @{ $t->{columns} } ? "GRANT SELECT ($t->{columns}[0]{name}) ON $t->{name} TO fuzz_b" : ()) }) } ],
	[ 1, sub { my $f = shift; my $s = $f->schema; $f->one("ALTER DEFAULT PRIVILEGES IN SCHEMA $s GRANT SELECT ON TABLES TO fuzz_a", "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "GRANT USAGE, CREATE ON SCHEMA $s TO fuzz_a", "ALTER DEFAULT PRIVILEGES IN SCHEMA $s REVOKE SELECT ON TABLES FROM fuzz_a") } ],
	[ 3, sub { my $f = shift; $f->with_column(sub { my ($t, $c) = @_; $f->one("COMMENT ON TABLE $t->{name} IS " . $f->one("'it''s \\ %s'", 'NULL'), "COMMENT ON COLUMN $t->{name}.$c->{name} IS 'col'") }) } ],
	[ 1, sub { my $f = shift; 'CREATE COLLATION ' . $f->new_in_schema('co') . ' FROM "C"' } ],
	[ 1, sub { my $f = shift; 'CREATE TEXT SEARCH CONFIGURATION ' . $f->new_in_schema('ts') . ' (COPY = simple)' } ],
	[ 1, sub { my $f = shift; $f->with_kind('tsconfig', sub { $f->one("DROP TEXT SEARCH CONFIGURATION $_[0]{name}", "ALTER TEXT SEARCH CONFIGURATION $_[0]{name} DROP MAPPING IF EXISTS FOR word", "ALTER TEXT SEARCH CONFIGURATION $_[0]{name} RENAME TO " . $f->new_name('ts')) }) } ],
	[ 1, sub { my $f = shift; 'CREATE OPERATOR ' . $f->schema . '.' . $f->one('===', '<<<', '%%%') . ' (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)' } ],
	[ 1, sub { my $f = shift; $f->with_kind('operator', sub { "DROP OPERATOR $_[0]{name} ($_[0]{detail}[0])" }) } ],
	[ 1, sub { my $f = shift; $f->with_table(sub { 'CREATE PUBLICATION ' . $f->new_name('pub') . " FOR TABLE $_[0]{name}" }) } ],
	[ 1, sub { my $f = shift; $f->with_kind('publication', sub { $f->one("DROP PUBLICATION $_[0]{name}", "ALTER PUBLICATION $_[0]{name} SET (publish = 'insert')", "ALTER PUBLICATION $_[0]{name} RENAME TO " . $f->new_name('pub')) }) } ],
	[ 3, sub { my $f = shift; $f->with_table(sub { "DROP TABLE $_[0]{name}" . $f->cascade }) } ],
	[ 1, sub { my $f = shift; my ($a, $b) = ($f->any_table, $f->any_table); return if !$a || $a == $b; "DROP TABLE $a->{name}, $b->{name} CASCADE" } ],
	[ 1, sub { my $f = shift; $f->with_kind('schema', sub { my $s = $_[0]{name}; $f->one("DROP SCHEMA $s CASCADE", "ALTER SCHEMA $s RENAME TO " . $f->new_name('s'), "ALTER SCHEMA $s OWNER TO fuzz_a") }) } ],
	[ 14, sub { my $f = shift; $f->with_table(sub { $f->insert($_[0]) }) } ],
	[ 6, sub { my $f = shift; $f->with_column(sub { my ($t, $c) = @_; return if $c->{made} =~ /[as]/; "UPDATE $t->{name} SET $c->{name} = " . $f->value($c->{type}) . $f->maybe(40, ' WHERE random() < 0.5') }) } ],
	[ 3, sub { my $f = shift; $f->with_table(sub { "DELETE FROM $_[0]{name} WHERE random() < 0." . (1 + $f->below(9)) }) } ],
	[ 1, sub { my $f = shift; $f->with_table(sub { "TRUNCATE $_[0]{name}" . $f->maybe(40, ' RESTART IDENTITY') . $f->cascade }) } ],
	[ 1, sub { my $f = shift; my $t = $f->pick('table') or return; return if $f->{block}; $f->one("VACUUM FULL $t->{name}", "REINDEX TABLE $t->{name}", "ANALYZE $t->{name}") } ],
	[ 2, sub { my $f = shift; my $n = ++$f->{counter}; "DO \$do\$ BEGIN EXECUTE 'CREATE TABLE public.dyn$n (a int DEFAULT 3, b text)'; INSERT INTO public.dyn$n VALUES (1, random()::text); ALTER TABLE public.dyn$n ADD c uuid DEFAULT gen_random_uuid(); END \$do\$" } ],
	[ 1, sub { my $f = shift; my $n = ++$f->{counter}; "DO \$do\$ BEGIN CREATE TABLE public.sub$n (a int); BEGIN CREATE TABLE public.gone$n (a int); INSERT INTO public.sub$n VALUES (1); RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN INSERT INTO public.sub$n VALUES (2); END; END \$do\$" } ],
	[ 2, sub { my $f = shift; $f->{path} = $f->schema; "SET search_path = $f->{path}" } ],
	[ 1, sub { my $f = shift; $f->one("SET DateStyle = 'SQL, DMY'", 'SET quote_all_identifiers = on', 'RESET quote_all_identifiers', "SET TimeZone = 'Asia/Tokyo'", 'SET extra_float_digits = 0', "SET IntervalStyle = 'iso_8601'", "SET standard_conforming_strings = on", 'SET check_function_bodies = off') } ],
	[ 1, sub { my $f = shift; return if $f->{block}; $f->{role} = $f->{role} ? '' : $f->one('fuzz_a', 'fuzz_b'); $f->{role} ? "SET ROLE $f->{role}" : 'RESET ROLE' } ],
	[ 4, sub { my $f = shift; return if $f->{block}; $f->{block} = 1; 'BEGIN' } ],
	[ 12, sub { my $f = shift; return if !$f->{block}; my $how = $f->one('COMMIT', 'COMMIT', 'COMMIT', 'SAVEPOINT s', 'ROLLBACK TO SAVEPOINT s', 'RELEASE SAVEPOINT s', 'ROLLBACK'); $f->{block} = 0 if $how =~ /^(?:COMMIT|ROLLBACK)$/; $how } ],
);

1;
