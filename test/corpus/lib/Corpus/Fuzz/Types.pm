# Types of all sorts, and what is looked up by types: collations, casts, operators, operator classes.
package Corpus::Fuzz::Types;

use strict;
use warnings;

sub change_enum
{
	my ($f) = @_;
	my $e = $f->pick('enum') or return;
	my @labels = split /;/, $e->{detail}[0];
	my $n = ++$f->{counter};
	return "ALTER TYPE $e->{name} ADD VALUE 'n$n'" if !@labels;
	return $f->one(
		"ALTER TYPE $e->{name} ADD VALUE IF NOT EXISTS 'n$n'",
		("ALTER TYPE $e->{name} ADD VALUE 'it''s $n' " . $f->one('BEFORE ', 'AFTER ') . $f->one(@labels)) x 2,
		"ALTER TYPE $e->{name} RENAME VALUE " . $f->one(@labels) . " TO 'r$n'"
	);
}

sub change_composite
{
	my ($f) = @_;
	my $t = $f->pick_where(sub { $_[0]{detail}[2] !~ /u/ }, 'composite') or return;
	my @a = map { (split /\|/)[0] } split /;/, $t->{detail}[0];
	my $cascade = $t->{detail}[2] =~ /o/ ? ' CASCADE' : '';
	my @parts = ('ADD ATTRIBUTE ' . $f->new_name('a') . ' ' . $f->one('int', 'text COLLATE "C"', 'date') . $cascade);
	push @parts, 'DROP ATTRIBUTE ' . $a[0] . $cascade, 'ALTER ATTRIBUTE ' . $a[-1] . ' TYPE text' . $cascade if @a > 1;
	return @a && !$f->below(3)
	  ? "ALTER TYPE $t->{name} RENAME ATTRIBUTE " . $f->one(@a) . ' TO ' . $f->new_name('a') . ' CASCADE'
	  : "ALTER TYPE $t->{name} " . ($cascade ? $f->one(@parts) : join(', ', $f->some(@parts)));
}

sub create_domain
{
	my ($f) = @_;
	my $base = $f->one(
		'int', 'text', 'numeric(8,2)', 'int[]', 'varchar(12)', 'date',
		map { $_->{name} } $f->all('enum'),
		$f->all('composite'),
		$f->all('domain')
	);
	$base = $base->{name} if ref $base;
	return
		'CREATE DOMAIN '
	  . $f->new_in_schema('d')
	  . " AS $base"
	  . ($base eq 'text' ? $f->maybe(30, ' COLLATE "C"') : '')
	  . ($base =~ /^(?:int|date)$/ ? $f->maybe(40, ' DEFAULT ' . $f->value($base, 1)) : '')
	  . $f->maybe(40, $f->maybe(50, ' CONSTRAINT ' . $f->new_name('k')) . ' CHECK (value IS NOT NULL OR true)')
	  . $f->maybe(10, ' NOT NULL') x ($base eq 'int');
}

sub change_domain
{
	my ($f) = @_;
	my $d = $f->pick('domain') or return;
	my ($checks, $base) = @{ $d->{detail} };
	my @checks = map { [ split /\|/ ] } split /;/, $checks;
	my $check = @checks ? $f->one(@checks) : undef;
	return "ALTER DOMAIN $d->{name} "
	  . $f->one(
		'ADD CONSTRAINT '
		  . $f->new_name('k')
		  . ' CHECK (value IS NULL OR value IS NOT NULL)'
		  . $f->maybe(40, ' NOT VALID'),
		'ADD CHECK (value IS NULL OR true)',
		'SET DEFAULT ' . ($base =~ /\./ ? 'NULL' : $f->value($base)),
		'DROP DEFAULT',
		'DROP NOT NULL',
		$check
		? ("DROP CONSTRAINT $check->[0]" . $f->cascade, "RENAME CONSTRAINT $check->[0] TO " . $f->new_name('k'))
		: (),
		$check && $check->[1] =~ /^f/ ? ("VALIDATE CONSTRAINT $check->[0]") x 3 : ()
	  );
}

sub create_cast
{
	my ($f) = @_;
	my $from = $f->pick('enum', 'composite', 'range') or return;
	my $to = $f->one('int', 'date', 'uuid', map { $_->{name} } $f->all('enum'));
	return if $to eq $from->{name} || $f->named("($from->{name} AS " . ($to eq 'int' ? 'integer' : $to) . ')', 'cast');
	return "CREATE CAST ($from->{name} AS $to) WITH INOUT" . $f->one('', ' AS ASSIGNMENT', ' AS ASSIGNMENT');
}

sub create_operator
{
	my ($f) = @_;
	my $name = $f->schema . '.' . $f->one('===', '<<<', '%%%', '~~~', '!!=', '|/|', '@#@');
	my ($type, $function, $prefix) = @{
		$f->one(
			[ 'int', 'int4eq' ],
			[ 'bigint', 'int8eq' ],
			[ 'text', 'texteq' ],
			[ 'date', 'date_eq' ],
			[ 'int', 'int4um', 1 ],
			[ 'float8', 'float8um', 1 ]
		)
	};
	my $shown = { int => 'integer', float8 => 'double precision' }->{$type} // $type;
	return
	  if grep { $_->{name} eq $name && $_->{detail}[0] eq ($prefix ? "NONE, $shown" : "$shown, $shown") }
	  $f->all('operator');
	return
		"CREATE OPERATOR $name ("
	  . ($prefix ? '' : "LEFTARG = $type, ")
	  . "RIGHTARG = $type, FUNCTION = $function"
	  . (
		$prefix ? '' : $f->one(
			'', ', RESTRICT = eqsel, JOIN = eqjoinsel', ', HASHES, MERGES', ', COMMUTATOR = ' . "OPERATOR($name)"
		)
	  ) . ')';
}

sub change_operator
{
	my ($f) = @_;
	my $o = $f->pick('operator') or return;
	my $args = "($o->{detail}[0])";
	return $f->one(
		"DROP OPERATOR $o->{name} $args" . $f->cascade,
		$args =~ /NONE/
		? ()
		: (
			"ALTER OPERATOR $o->{name} $args SET (RESTRICT = " . $f->one('NONE', 'eqsel') . ')',
			"ALTER OPERATOR $o->{name} $args SET (JOIN = eqjoinsel)"
		)
	);
}

sub operator_class
{
	my ($f) = @_;
	return if $f->{role};
	my $c = $f->pick('opclass', 'opfamily');
	return 'DROP OPERATOR ' . ($c->{kind} eq 'opclass' ? 'CLASS' : 'FAMILY') . " $c->{name}" . $f->cascade
	  if $c && !$f->below(4);
	return
	  "ALTER OPERATOR FAMILY $c->{name} ADD OPERATOR 1 < (int4, int8), FUNCTION 1 (int4, int8) btint48cmp(int4, int8)"
	  if $c && $c->{kind} eq 'opfamily' && $c->{name} =~ /btree$/ && !$f->below(2);
	return 'CREATE OPERATOR FAMILY ' . $f->new_in_schema('of') . ' USING ' . $f->one('btree', 'btree', 'hash')
	  if !$f->below(3);
	my $family = $f->pick_where(sub { $_[0]{name} =~ /btree$/ }, 'opfamily');
	return
		'CREATE OPERATOR CLASS '
	  . $f->new_in_schema('oc')
	  . ' FOR TYPE int4 USING btree'
	  . ($family && !$f->below(3) ? ' FAMILY ' . $family->{name} =~ s/ USING.*//r : '')
	  . ' AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4)';
}

our @generators = (
	[
		3,
		sub {
			my $f = shift;
			'CREATE TYPE '
			  . $f->new_in_schema('e')
			  . ' AS ENUM ('
			  . join(', ', map { "'l$_'" } 0 .. 1 + $f->below(4)) . ')';
		}
	],
	[ 4, \&change_enum ],
	[
		3,
		sub {
			my $f = shift;
			'CREATE TYPE '
			  . $f->new_in_schema('ct') . ' AS ('
			  . join(', ', map { $f->new_name('a') . ' ' . $f->type } 1 .. 1 + $f->below(3)) . ')';
		}
	],
	[ 3, \&change_composite ],
	[ 3, \&create_domain ],
	[ 3, \&change_domain ],
	[
		2,
		sub {
			my $f = shift;
			'CREATE TYPE '
			  . $f->new_in_schema('ra')
			  . ' AS RANGE (subtype = '
			  . $f->one('float8, subtype_diff = float8mi', 'date', 'text, collation = "C"', 'timestamptz', 'text')
			  . $f->maybe(30, ', multirange_type_name = ' . $f->new_in_schema('mr')) . ')';
		}
	],
	[
		1,
		sub {
			my $f = shift;
			return if $f->{role};
			my $s = $f->pick_where(sub { $_[0]{detail}[0] eq 's' }, 'base');
			$s && $f->below(2) ? "DROP TYPE $s->{name}" : 'CREATE TYPE ' . $f->new_in_schema('sh');
		}
	],
	[
		2,
		sub {
			my $f = shift;
			$f->with_kind(
				[qw(enum composite domain range)],
				sub {
					my $t = shift;
					'DROP ' . ($t->{kind} eq 'domain' ? 'DOMAIN' : 'TYPE') . " $t->{name}" . $f->cascade;
				}
			);
		}
	],
	[ 1, \&create_cast ],
	[ 1, sub { my $f = shift; $f->with_kind('cast', sub { "DROP CAST $_[0]{name}" . $f->cascade }) } ],
	[ 2, \&create_operator ],
	[ 1, \&change_operator ],
	[ 2, \&operator_class ],
	[
		2,
		sub {
			my $f = shift;
			'CREATE COLLATION ' . $f->new_in_schema('co') . $f->one(' FROM "C"', ' FROM "POSIX"', " (locale = 'C')");
		}
	],
	[
		1,
		sub {
			my $f = shift;
			$f->with_kind('collation', sub { "DROP COLLATION $_[0]{name}" . $f->cascade });
		}
	],
);

1;
