# Types and values of them for the statements of Corpus::Fuzz: expressions, constant and volatile, that the server can
# store in a column of a type, whatever the session's settings for dates and the like.
package Corpus::Fuzz;

use strict;
use warnings;

my @types = (
	'int', 'int', 'int', 'bigint',
	'smallint', 'text', 'text', 'text',
	'varchar(20)', 'varchar', 'char(3)', 'name',
	'"char"', 'numeric(10,2)', 'numeric', 'float8',
	'real', 'money', 'date', 'time',
	'timetz', 'timestamp', 'timestamptz', 'timestamptz(3)',
	'interval', 'interval day to second', 'boolean', 'json',
	'jsonb', 'xml', 'uuid', 'bytea',
	'bit(3)', 'bit varying(5)', 'inet', 'cidr',
	'macaddr', 'point', 'box', 'int4range',
	'numrange', 'tstzrange', 'int4multirange', 'tsvector',
	'tsquery', 'pg_lsn', 'oid', 'regtype',
	'int[]', 'text[]', 'numeric(8,3)[]', 'date[]'
);

# A type for a column: one of the server's, or now and then one of the history's own.
sub type
{
	my ($self) = @_;
	my $own = $self->below(4) ? undef : $self->pick(qw(enum domain composite range));
	return $own->{name} . $self->maybe(15, '[]') if $own;
	return $self->one(@types);
}

my %constant = (
	'"char"' => q('c'),
	name => q('n'),
	money => q(12.34::numeric::money),
	time => q(time '10:20:30'),
	timetz => q(timetz '10:20:30+02'),
	json => q('{"a": [1, null]}'::json),
	xml => q('<a>x</a>'::xml),
	'bit(3)' => q(B'101'),
	bit => q(B'101'),
	'bit varying' => q(B'10'),
	inet => q('10.1.2.3/24'::inet),
	cidr => q('10.1.0.0/16'::cidr),
	macaddr => q('08:00:2b:01:02:03'::macaddr),
	point => q(point(1, 2.5)),
	box => q(box(point(0, 0), point(1, 2))),
	tsvector => q(to_tsvector('simple', 'a fat cat')),
	tsquery => q('a & b'::tsquery),
	pg_lsn => q('1/AB'::pg_lsn),
	regtype => q('integer'::regtype),
	'time without time zone' => q(time '10:20:30'),
	'time with time zone' => q(timetz '10:20:30+02')
);

# An expression of a type, volatile ones among them; NULL only where it may be.
sub value
{
	my ($self, $type, $not_null) = @_;
	my $n = $self->below(1000);
	return 'NULL' if !$not_null && !$self->below(12);
	return $self->own_value($type, $not_null) if $type =~ /\./;
	# The server reads back another expression than it wrote where a cast with a modifier is applied to ARRAY[...].
	return "string_to_array('$n,1.5', ',')::$type" if $type =~ /^numeric.*\[\]$/;
	if ($type =~ /^(.*)\[\]$/)
	{
		my $of = $1;
		return 'ARRAY[' . join(', ', map { $self->value($of) } 1 .. 1 + $self->below(2)) . "]::${of}[]";
	}
	my $base = $type =~ s/\s*\(.*?\)//r;
	return $base =~ /^(?:int|bigint|integer|smallint|numeric|double precision|float8|real|oid)$/
	  ? $self->one($n, $n, "(random() * $n)::int")
	  : $base =~ /^(?:text|character varying|varchar)$/
	  ? $self->one("'v$n'", "'it''s \\ $n'", 'left(md5(random()::text), 8)', "''")
	  : $base =~ /^(?:char|character|bpchar)$/ ? $self->one("'c'", "'$n'", 'left(md5(random()::text), 3)')
	  : $base eq 'date'         ? $self->one("date '2024-01-01' + $n", 'current_date', "date 'infinity'")
	  : $base =~ /^timestamp/   ? $self->one('clock_timestamp()', 'now()', "timestamptz '2024-01-01 UTC' + '$n s'")
	  : $base eq 'boolean'      ? $self->one('true', 'random() < 0.5')
	  : $base eq 'jsonb'        ? "jsonb_build_object('a', $n)"
	  : $base eq 'uuid'         ? 'gen_random_uuid()'
	  : $base =~ /^interval/    ? "make_interval(hours => $n)"
	  : $base eq 'bytea'        ? "decode('00ff" . sprintf('%04x', $n) . "', 'hex')"
	  : $base =~ /^(?:int4|num)range$/ ? "$base($n, @{[ $n + 5 ]})"
	  : $base eq 'tstzrange'    ? "tstzrange(now(), 'infinity')"
	  : $base eq 'int4multirange' ? "int4multirange(int4range($n, @{[ $n + 5 ]}))"
	  : $constant{$type} // $constant{$base} // 'NULL';
}

# A value of one of the history's own types.
sub own_value
{
	my ($self, $type, $not_null) = @_;
	return "ARRAY[" . $self->own_value($1) . "]::$type" if $type =~ /^(.*)\[\]$/;
	my $object = $self->named($type, qw(enum domain composite range)) or return 'NULL';
	my ($detail, $base) = @{ $object->{detail} };
	return "NULL::$type" if !$not_null && !$self->below(8);
	if ($object->{kind} eq 'enum') { return $detail ne '' ? $self->one(split /;/, $detail) . "::$type" : 'NULL'; }
	if ($object->{kind} eq 'domain') { return '(' . $self->value($base, $not_null) . ")::$type"; }
	if ($object->{kind} eq 'range') { return $self->one("'empty'::$type", "'(,)'::$type"); }
	my @attributes = map { (split /\|/)[1] } split /;/, $detail;
	return 'ROW(' . join(', ', map { $self->value($_) } @attributes) . ")::$type";
}

# A condition on a column that is true of every row, or of nearly none, but says nothing to the planner.
sub condition
{
	my ($self, $c) = @_;
	return $self->one(
		"$c->{name} IS NOT NULL OR true",
		"$c->{name} IS NULL OR $c->{name} IS NOT NULL",
		"coalesce($c->{name}::text, '') <> 'no''s \"\"'"
	) if $c->{type} =~ /^(?:text|int|bigint|integer|date)$/;
	return "$c->{name} IS NULL OR true";
}

# An expression over a column, fit for an index or a generated column.
sub immutable_expression
{
	my ($self, $c) = @_;
	return
		 $c->{type} =~ /^(?:int|bigint|integer|smallint|numeric)/
	  && $c->{type} !~ /\[/ ? $self->one("($c->{name} / 2)", "abs($c->{name})", "($c->{name} IS NULL)")
	  : $c->{type} =~ /^(?:text|varchar|character varying)/ && $c->{type} !~ /\[/
	  ? $self->one("lower($c->{name})", "($c->{name} || 'x')", "length($c->{name})", "(($c->{name}) COLLATE \"C\")")
	  : "($c->{name} IS NULL)";
}

sub immutable_type
{
	my ($self, $c, $expression) = @_;
	return
		$expression =~ /IS NULL/ ? 'boolean'
	  : $expression =~ /^length/ ? 'int'
	  : $expression =~ /\/ 2|^abs/ ? 'numeric'
	  : 'text';
}

# Whether a type can be sorted by btree's default operator class.
sub sortable
{
	my ($self, $type) = @_;
	return $type =~ /\./ ? $self->named($type, 'enum') : $type !~ /^(?:json|xml|point|box)|\[/;
}

1;
