
=pod

=head1 NAME

RandomRows - random tables and random writes to them, the same for the same seed

=head1 SYNOPSIS

  use RandomRows;

  my ($schema, $writes) = random_rows($seed, 'r1');

=head1 DESCRIPTION

C<random_rows> returns two SQL scripts: one makes the named schema with a few tables in it, the other writes to them.
Some of the writes violate constraints; run them with psql's ON_ERROR_ROLLBACK, which makes each statement of a
transaction a subtransaction, and without ON_ERROR_STOP.

=cut

package RandomRows;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(random_rows);

# A generator of our own (Numerical Recipes' linear congruential one), so that a seed means the same everywhere.
my $state;

sub below
{
	my ($limit) = @_;
	$state = ($state * 1664525 + 1013904223) % 4294967296;
	return int($state / 65536) % $limit;
}

sub chance { return below(100) < $_[0]; }
sub one_of { return $_[ below(scalar @_) ]; }

sub quoted
{
	my ($text) = @_;
	$text =~ s/([\\'])/$1$1/g;
	return ($text =~ /\\/ ? 'E' : '') . "'$text'";
}

my @words = (
	'', 'a', 'word', "it's", 'back\\slash', "new\nline", "tab\t", '"quoted"', ' blank ', '{brace}', '(a,b)', 'NULL',
	"\xC3\xA9t\xC3\xA9", "\xE6\xBC\xA2\xE5\xAD\x97", '%s', '$1', ',;:', '-- no', '/* no */', 'x' x 40
);

sub words { return join one_of('', ' ', '-'), map { one_of(@words) } 0 .. below(3); }

# A long text that does not compress into the row.
sub long_text
{
	my $text = '';
	$text .= sprintf '%04x', below(65536) for 1 .. 300 + below(1000);
	return $text;
}

sub array { return '{' . join(',', map { chance(20) ? 'NULL' : below(100) } 1 .. below(5)) . '}'; }

# Each type with a function that returns the text of a value; those of the first list can be part of a key.
my @key_types = (
	[ 'int', sub { below(2000) - 1000 } ],
	[ 'bigint', sub { (below(2000) - 1000) * 10000000000 } ],
	[ 'smallint', sub { below(2000) - 1000 } ],
	[ 'text', sub { words() . below(1000) } ],
	[ 'varchar(20)', sub { one_of('a', 'b ', "'", '\\', '') . below(1000) } ],
	[ 'char(6)', sub { one_of('a', 'b', '') . below(1000) } ],
	[ 'numeric', sub { below(1000) . one_of('', '.5', '.50', '.123456789') } ],
	[
		'date', sub { sprintf '%04d-%02d-%02d%s', 1 + below(3000), 1 + below(12), 1 + below(28), one_of('', '', ' BC') }
	],
	[
		'timestamptz',
		sub {
			sprintf '20%02d-%02d-%02d %02d:%02d:%02d.%d+%02d', below(99), 1 + below(12), 1 + below(28), below(24),
			  below(60), below(60), below(1000000), below(12);
		}
	],
	[
		'uuid',
		sub {
			sprintf '%04x%04x-0000-4000-8000-%04x%04x%04x', map { below(65536) } 1 .. 5;
		}
	],
	[ 'bytea', sub { '\\x' . sprintf '%04x%04x', below(65536), below(65536) } ],
	[ 'inet', sub { join '.', 10, map { below(256) } 1 .. 3 } ],
	[ 'double precision', sub { one_of('NaN', 'Infinity', '0', '-0', below(1000) . '.1', below(1000) / 7) } ],
	[ 'int[]', \&array ],
	[ 'int4range', sub { my $low = below(100); chance(10) ? 'empty' : "[$low," . ($low + below(50)) . ')' } ]);
my @types = (
	@key_types,
	[ 'boolean', sub { one_of('t', 'f') } ],
	[ 'real', sub { one_of('NaN', '-0', '1e-45', below(1000) / 3) } ],
	[ 'numeric(8,2)', sub { below(100000) . '.25' } ],
	[ 'text', \&long_text ],
	[ 'bytea', sub { '\\x' . long_text() } ],
	[ 'json', sub { '{"a" : ' . below(100) . ', "b":[null, "' . one_of('x', '\\"', '\\u00e9') . '"]}' } ],
	[ 'jsonb', sub { '{"b":' . below(100) . ',"a":[1.0, "' . one_of('x', '\\"') . '"]}' } ],
	[ 'xml', sub { '<a b="' . below(100) . '">&amp;</a>' } ],
	[ 'interval', sub { below(50) . ' mons -' . below(50) . ' days ' . below(50) . ':00:00.5' } ],
	[ 'point', sub { '(' . one_of('0', '-0', '1.5') . ',' . below(10) . ')' } ],
	[ 'box', sub { '(' . below(10) . ',2),(' . below(10) . ',4)' } ],
	[ 'bit(4)', sub { sprintf '%04b', below(16) } ],
	[ 'tsvector', sub { "a:" . (1 + below(9)) . "B 'it''s'" } ],
	[
		'text[]',
		sub {
			'{' . join(',', map { my $w = one_of(@words); $w =~ s/(["\\])/\\$1/g; "\"$w\"" } 0 .. below(3)) . '}';
		}
	],
	[ 'SCHEMA.mood', sub { one_of('sad', 'so so', 'happy') } ],
	[ 'SCHEMA.pair', sub { '(' . below(100) . ',"' . one_of('x', '', 'a,b') . '")' } ],
	[ 'SCHEMA.small', sub { below(100) } ]);

# A column's random value as an SQL literal.
sub value
{
	my ($column) = @_;
	return 'NULL' if !$column->{not_null} && chance(15);
	return 'DEFAULT' if $column->{default} && chance(15);
	return quoted($column->{type}[1]->());
}

my @odd_names =
  ('plain', 'Mixed Case', 'select', 'quo"te', 'back\\slash', "\xC3\xBCml\xC3\xA4ut", '$1', 'r', 't', 'p1', 'ctid2');

sub name_of
{
	my ($base) = @_;
	my $name = chance(40) ? one_of(@odd_names) . " $base" : $base;
	$name =~ s/"/""/g;
	return "\"$name\"";
}

# Makes a table; appends its commands to the script.
sub make_table
{
	my ($script, $schema, $number) = @_;
	my $table = { name => "$schema." . name_of("t$number"), columns => [] };
	my @lines;
	my $identity = one_of('key', 'key', 'key', 'index', 'full', 'none');
	my $key_columns = 1 + below(3);
	for my $i (1 .. $key_columns + below(8))
	{
		my $is_key = $i <= $key_columns && $identity =~ /key|index/;
		my $column = {
			name => name_of("c$i"),
			type => one_of($is_key ? @key_types : @types),
			is_key => $is_key,
			not_null => $is_key || chance(15) };
		my $type = $column->{type}[0] =~ s/SCHEMA/$schema/r;
		my $line = "$column->{name} $type" . ($column->{not_null} ? ' NOT NULL' : '');
		if (chance(20) && !$is_key)
		{
			$column->{default} = 1;
			$line .= ' DEFAULT ' . quoted($column->{type}[1]->());
		}
		push @lines, $line;
		push @{ $table->{columns} }, $column;
	}
	my @key = map { $_->{name} } grep { $_->{is_key} } @{ $table->{columns} };
	push @lines, 'PRIMARY KEY (' . join(', ', @key) . ')' if $identity eq 'key';
	push @lines, '"gen" text GENERATED ALWAYS AS (md5(' . quoted('g') . ' || \'x\')) STORED' if chance(20);
	# Version 15 has no identity columns on partitions' parents.
	my $by = chance(25) && $identity ne 'index' ? (@key ? $key[0] : $table->{columns}[0]{name}) : undef;
	undef $by if $by && !@key && !grep { $_ == $table->{columns}[0]{type} } @key_types;
	$table->{identity} = !$by && chance(20);
	push @lines, '"identity" int GENERATED ' . one_of('ALWAYS', 'BY DEFAULT') . ' AS IDENTITY' if $table->{identity};
	splice @lines, below(scalar @lines), 0, '"gone" int' if my $drops = chance(25);
	push @$script, "CREATE TABLE $table->{name} (" . join(', ', @lines) . ')' . ($by ? " PARTITION BY HASH ($by)" : '');
	push @$script,
	  "CREATE TABLE $schema.part_${number}_$_ PARTITION OF $table->{name} FOR VALUES WITH (MODULUS 2, REMAINDER $_)"
	  for $by ? (0, 1) : ();
	push @$script, "ALTER TABLE $table->{name} DROP COLUMN \"gone\"" if $drops;
	push @$script, "CREATE UNIQUE INDEX index_$number ON $table->{name} (" . join(', ', @key) . ')',
	  "ALTER TABLE $table->{name} REPLICA IDENTITY USING INDEX index_$number"
	  if $identity eq 'index';
	# Keyless tables are FULL in the end, whether the event trigger is there or not.
	for my $full (!@key && ($by ? map { "$schema.part_${number}_$_" } 0, 1 : $table->{name}))
	{
		push @$script, "ALTER TABLE $full REPLICA IDENTITY FULL" if $full;
	}
	for my $column (@{ $table->{columns} })
	{
		push @$script, "ALTER TABLE $table->{name} ALTER $column->{name} SET STORAGE EXTERNAL"
		  if $column->{type}[0] =~ /^(text|bytea)$/ && chance(50);
		push @$script, "CREATE INDEX ON $table->{name} ($column->{name})"
		  if chance(15) && grep { $_ == $column->{type} } @key_types;
	}
	return $table;
}

sub insert
{
	my ($table) = @_;
	my @columns = grep { !chance(10) || $_->{not_null} } @{ $table->{columns} };
	return "INSERT INTO $table->{name} DEFAULT VALUES" unless @columns;
	my @rows;
	push @rows, '(' . join(', ', map { value($_) } @columns) . ')' for 0 .. below(8);
	return
	    "INSERT INTO $table->{name} ("
	  . join(', ', map { $_->{name} } @columns)
	  . ') VALUES '
	  . join(', ', @rows)
	  . one_of('', '', ' ON CONFLICT DO NOTHING');
}

# A condition that holds for some rows.
sub some_rows
{
	my ($table) = @_;
	return 'true' if chance(10);
	my $column = one_of(@{ $table->{columns} });
	return "$column->{name} IS " . one_of('', 'NOT ') . 'NULL' if chance(15);
	my $modulus = 2 + below(6);
	return "abs(hashtext(ROW($column->{name})::text) % $modulus) = " . below($modulus);
}

sub update
{
	my ($table) = @_;
	my @columns = grep { chance(30) && (!$_->{is_key} || chance(30)) } @{ $table->{columns} };
	push @columns, one_of(@{ $table->{columns} }) unless @columns;
	my @set = map { "$_->{name} = " . (chance(10) && !$_->{is_key} ? $_->{name} : value($_)) } @columns;
	push @set, '"identity" = DEFAULT' if $table->{identity} && chance(20);
	return "UPDATE $table->{name} SET " . join(', ', @set) . ' WHERE ' . some_rows($table);
}

sub delete_rows
{
	my ($table) = @_;
	# One of a few that may be equal, or those that a condition holds for.
	return "DELETE FROM $table->{name} WHERE " . some_rows($table) if chance(50);
	return
	  "DELETE FROM $table->{name} WHERE (tableoid, ctid) IN "
	  . "(SELECT tableoid, ctid FROM $table->{name} ORDER BY 1, 2 LIMIT "
	  . (1 + below(3)) . ')';
}

sub double
{
	my ($table) = @_;
	my $columns = join ', ', map { $_->{name} } @{ $table->{columns} };
	return "INSERT INTO $table->{name} ($columns) SELECT $columns FROM $table->{name} LIMIT 20"
	  . one_of('', ' ON CONFLICT DO NOTHING');
}

sub write_statement
{
	my ($tables) = @_;
	my $table = one_of(@$tables);
	my $kind = below(100);
	return insert($table) if $kind < 45;
	return update($table) if $kind < 75;
	return delete_rows($table) if $kind < 90;
	return double($table) if $kind < 97;
	return 'TRUNCATE ' . $table->{name} . one_of('', ' CASCADE', ' RESTART IDENTITY');
}

sub random_rows
{
	my ($seed, $schema) = @_;
	$state = $seed;
	below(2) for 1 .. 10;
	my @script = (
		'SET client_min_messages = error',
		"CREATE SCHEMA $schema",
		"CREATE TYPE $schema.mood AS ENUM ('sad', 'so so', 'happy')",
		"CREATE TYPE $schema.pair AS (a int, b text)",
		"CREATE DOMAIN $schema.small AS int CHECK (VALUE < 1000)");
	my @tables = map { make_table(\@script, $schema, $_) } 1 .. 2 + below(5);
	my @writes;
	for (1 .. 15 + below(15))
	{
		if (chance(50))
		{
			push @writes, write_statement(\@tables);
			next;
		}
		push @writes, 'BEGIN';
		for (0 .. below(8))
		{
			push @writes, write_statement(\@tables);
			push @writes, 'SAVEPOINT s', write_statement(\@tables), one_of('RELEASE s', 'ROLLBACK TO s') if chance(20);
		}
		push @writes, one_of('COMMIT', 'COMMIT', 'COMMIT', 'COMMIT', 'ROLLBACK');
	}
	return map { join '', map { "$_;\n" } @$_ } \@script, \@writes;
}

1;
