# Functions, procedures and aggregates.  None of them writes rows: what a function writes follows as rows, and a
# function that wrote in a trigger that fires on both sides would write twice, as its owner asked.
package Corpus::Fuzz::Functions;

use strict;
use warnings;

sub create_function
{
	my ($f) = @_;
	my $n = $f->below(100);
	my $name = $f->new_in_schema('f');
	my $options = $f->one(
		'', '', ' STRICT',
		' SECURITY DEFINER',
		' LEAKPROOF' x ($f->{role} eq ''),
		' PARALLEL SAFE COST 20',
		" SET search_path = pg_catalog, public",
		" SET work_mem = '2MB' SET \"DateStyle\" = 'ISO, DMY'"
	);
	my $type = $f->pick(qw(enum domain composite range));
	my $table = $f->any_table;
	my $old =
	  $f->below(8)
	  ? undef
	  : $f->pick_where(
		sub { $_[0]{detail}[3] =~ /^a integer DEFAULT 1, b text DEFAULT 'x'/ && $_[0]{detail}[2] eq 'true' },
		'function');
	return
	  "CREATE OR REPLACE FUNCTION $old->{detail}[0](a int DEFAULT 1, b text DEFAULT 'x') RETURNS int "
	  . "LANGUAGE sql IMMUTABLE AS 'SELECT $n'"
	  if $old;
	return "CREATE FUNCTION $name"
	  . $f->one(
		"(a int DEFAULT 1, b text DEFAULT 'x') RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $n'",
		"(a int DEFAULT 1, b text DEFAULT 'x') RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $n'",
		"(a int, b text DEFAULT 'it''s') RETURNS int LANGUAGE plpgsql$options AS \$f\$ BEGIN RETURN a + $n; END \$f\$",
		"(a int) RETURNS int LANGUAGE sql STRICT COST 20 RETURN a + $n",
		"(a int, OUT x int, OUT y text) LANGUAGE sql STABLE BEGIN ATOMIC SELECT a, 'z'::text; END",
		"(INOUT a int, INOUT b text DEFAULT 'x') LANGUAGE plpgsql$options AS 'BEGIN a := 1; END'",
		"(a int, b text) RETURNS TABLE (x int, y text) LANGUAGE sql STABLE ROWS 5 AS 'SELECT a, b'",
		"(VARIADIC a int[]) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT cardinality(a)'",
		"(anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT \$1'",
		$type ? "(a $type->{name}) RETURNS $type->{name} LANGUAGE sql AS 'SELECT \$1'" : (),
		$table
		? (
			"() RETURNS SETOF $table->{name} LANGUAGE sql STABLE AS 'SELECT * FROM " . $table->{name} =~
			  s/'/''/gr . "'",
			"() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM $table->{name}; END"
		  )
		: ()
	  );
}

sub change_function
{
	my ($f) = @_;
	my $g = $f->pick('function', 'function', 'procedure') or return;
	my $word = uc $g->{kind};
	return "DROP $word $g->{name}" . $f->cascade if !$f->below(4);
	return "ALTER PROCEDURE $g->{name} " . $f->one('SECURITY DEFINER', "SET work_mem = '1MB'", 'RESET ALL')
	  if $word eq 'PROCEDURE';
	return "ALTER FUNCTION $g->{name} "
	  . $f->one(
		'STRICT COST 7',
		'CALLED ON NULL INPUT',
		"SET work_mem = '1MB'",
		'RESET work_mem',
		'RESET ALL',
		'STABLE PARALLEL RESTRICTED',
		'SECURITY DEFINER',
		'SET search_path FROM CURRENT',
		'SECURITY INVOKER NOT LEAKPROOF'
	  );
}

sub create_aggregate
{
	my ($f) = @_;
	my $name = $f->new_in_schema('ag');
	return "CREATE AGGREGATE $name"
	  . $f->one(
		"(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
		"(int8) (SFUNC = int8pl, STYPE = int8, FINALFUNC = int8up, FINALFUNC_MODIFY = shareable, SSPACE = 48)",
		'(float8) (SFUNC = float8pl, STYPE = float8, MSFUNC = float8pl, MINVFUNC = float8mi, MSTYPE = float8, '
		  . 'PARALLEL = safe)',
		'(a int) (SFUNC = int4larger, STYPE = int, SORTOP = >)',
		'(*) (SFUNC = int8inc, STYPE = int8, INITCOND = 0)'
	  );
}

our @generators = (
	[ 6, \&create_function ],
	[ 5, \&change_function ],
	[
		2,
		sub {
			my $f = shift;
			'CREATE PROCEDURE '
			  . $f->new_in_schema('pr')
			  . $f->one(
				"(INOUT x int) LANGUAGE plpgsql AS 'BEGIN x := x + 1; COMMIT; END'",
				"(a text, b int DEFAULT 3) LANGUAGE sql AS \$p\$ SELECT 'it''s; COMMIT;' \$p\$",
				'() LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END'
			  );
		}
	],
	[ 2, \&create_aggregate ],
	[
		1,
		sub {
			my $f = shift;
			$f->with_kind('aggregate', sub { "DROP AGGREGATE $_[0]{name}" . $f->cascade });
		}
	],
	[
		3,
		sub {
			my $f = shift;
			'CREATE FUNCTION '
			  . $f->new_in_schema('tf')
			  . '() RETURNS trigger LANGUAGE plpgsql AS $t$ BEGIN '
			  . 'IF TG_LEVEL = \'STATEMENT\' THEN RETURN NULL; END IF; RETURN coalesce(new, old); END $t$';
		}
	],
	[
		1,
		sub {
			my $f = shift;
			$f->with_kind('triggerfunction', sub { "DROP FUNCTION $_[0]{name}" . $f->cascade });
		}
	],
	[
		1,
		sub {
			my $f = shift;
			return if $f->{role};
			'CREATE FUNCTION '
			  . $f->new_in_schema('ef')
			  . "() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'";
		}
	],
	[
		1,
		sub {
			my $f = shift;
			return if $f->{role};
			my $t = $f->pick('eventtrigger');
			my $g = $f->pick('eventfunction');
			return $f->one(
				"DROP EVENT TRIGGER $t->{name}",
				map { "ALTER EVENT TRIGGER $t->{name} $_" } 'DISABLE',
				'ENABLE', 'ENABLE ALWAYS'
			) if $t && $f->below(2);
			$g
			  ? 'CREATE EVENT TRIGGER '
			  . $f->new_name('et') . ' ON '
			  . $f->one(
				"ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE')", 'sql_drop',
				'ddl_command_start', 'table_rewrite'
			  )
			  . " EXECUTE FUNCTION $g->{name}"
			  : undef;
		}
	],
);

1;
