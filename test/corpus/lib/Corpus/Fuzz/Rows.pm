# Rows: INSERT, UPDATE, DELETE, MERGE, COPY and TRUNCATE of what can take them, through views and partitions too.
package Corpus::Fuzz::Rows;

use strict;
use warnings;

# A value for the partition key k that some leaf below a table takes, or nothing.
sub key_value
{
	my ($f, $t) = @_;
	if ($t->{kind} eq 'partitioned')
	{
		my @children = grep { $_->{parents} eq $t->{name} } map { $f->all($_) } qw(partition partitioned);
		return if !@children || $t->{key} =~ /^HASH/ && @children < 3;
		# A row must fit all the levels: where there are several, nothing is promised.
		return $f->below(1000) if $t->{key} =~ /^HASH/;
		$t = $f->one(@children);
	}
	return $1 + 1 + $f->below(90) if $t->{bound} =~ /FROM \('?(\d+)/;
	return $1 if $t->{bound} =~ /IN \('?(\d+)/;
	return 5000 + $f->below(1000) if $t->{bound} eq 'DEFAULT';
	return;
}

# A value for a column of a table.
sub column_value
{
	my ($f, $t, $c, $key) = @_;
	return $key if $c->{name} eq 'k' && defined $key;
	return "(SELECT min($c->{refcolumn}) FROM $c->{ref})" if $c->{ref} ne '';
	# Numbers that are not there yet.
	return 1000 + ++$f->{counter}
	  if $c->{unique} ne '' && $c->{type} =~ /^(?:integer|bigint|smallint|numeric)$/ && $f->below(10);
	return $f->value($c->{type}, $c->{notnull} ne '');
}

sub insert
{
	my ($f, $t) = @_;
	my @settable = grep { $_->{made} !~ /[as]/ && ($_->{made} ne 'd' || !$f->below(4)) } @{ $t->{columns} };
	my $key;
	if ($t->{bound} || $t->{kind} eq 'partitioned')
	{
		$key = key_value($f, $t);
		return if !defined $key;
	}
	return "INSERT INTO $t->{name} DEFAULT VALUES" if !@settable;
	my @rows = map {
		'('
		  . join(', ',
			map { $_->{default} && $_->{name} ne 'k' && $f->below(2) ? 'DEFAULT' : column_value($f, $t, $_, $key) }
			  @settable)
		  . ')'
	} 1 .. ($key && $settable[0]{unique} ? 1 : 1 + $f->below(4));
	return
		"INSERT INTO $t->{name} ("
	  . join(', ', map { $_->{name} } @settable)
	  . ') VALUES '
	  . join(', ', @rows)
	  . $f->maybe(30, ' ON CONFLICT DO NOTHING')
	  . $f->maybe(10, ' RETURNING *');
}

sub update
{
	my ($f) = @_;
	my $t = $f->any_table or return;
	my @c = grep { $_->{made} eq '' && $_->{name} ne 'k' } @{ $t->{columns} };
	return if !@c;
	my @set;
	my $unique = 0;
	for my $c ($f->some(@c))
	{
		next if @set > 3;
		$unique ||= $c->{unique} ne '';
		push @set,
		  "$c->{name} = "
		  . (    $c->{unique} ne ''
			  && $c->{type} =~ /^(?:integer|bigint)$/
			  && $f->below(2) ? "$c->{name} + 100000" : column_value($f, $t, $c));
	}
	return
		"UPDATE $t->{name} SET "
	  . join(', ', @set)
	  . ($unique
		? " WHERE ctid = (SELECT max(ctid) FROM $t->{name}) AND tableoid = '" . $t->{name} =~ s/'/''/gr . "'::regclass"
		: $f->maybe(50, ' WHERE random() < 0.5'));
}

# Moves rows to another partition.
sub move
{
	my ($f) = @_;
	my $t = $f->pick_where(sub { $_[0]{key} =~ /^(?:RANGE|LIST) \(k\)/ }, 'partitioned') or return;
	my $key = key_value($f, $t);
	return defined $key ? "UPDATE $t->{name} SET k = $key WHERE ctid = (SELECT min(ctid) FROM $t->{name})" : undef;
}

sub merge
{
	my ($f) = @_;
	my $t = $f->pick_where(
		sub {
			my @c = @{ $_[0]{columns} };
				 @c > 1
			  && $c[0]{type} eq 'integer'
			  && $c[0]{name} eq 'id'
			  && !
			  grep { $_->{notnull} && !$_->{default} && $_->{name} ne 'id' || $_->{made} =~ /s|a/ || $_->{ref} ne '' }
			  @c;
		},
		'table'
	) or return;
	return if $f->named_rule($t->{name});
	my $c = $t->{columns}[1];
	return if $c->{unique} ne '';
	return
		"MERGE INTO $t->{name} t USING generate_series("
	  . (1000 + $f->{counter} - 20) . ', '
	  . (1003 + $f->{counter})
	  . ") s ON t.id = s WHEN MATCHED AND s % 3 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET $c->{name} = "
	  . $f->value($c->{type}, 1)
	  . " WHEN NOT MATCHED THEN INSERT (id) VALUES (s)";
}

sub Corpus::Fuzz::named_rule { my ($f, $name) = @_; return grep { $_->{detail}[0] eq $name } $f->all('rule'); }

# Rows through a view that takes them.
sub through_view
{
	my ($f) = @_;
	my $v = $f->pick_where(sub { $_[0]{detail}[3] eq 'w' && @{ $_[0]{columns} } }, 'view') or return;
	return "DELETE FROM $v->{name} WHERE random() < 0.3";
}

# COPY takes rows from the statement's own text in psql only, so a program's output stands in.
sub copy
{
	my ($f) = @_;
	my $t = $f->pick_where(
		sub {
			my ($t) = @_;
			$t->{bound} eq '' && grep { $_->{type} eq 'text' && $_->{unique} eq '' } @{ $t->{columns} }
			  and !grep { $_->{notnull} && !$_->{default} && $_->{made} eq '' } @{ $t->{columns} };
		},
		'table'
	) or return;
	my ($c) = grep { $_->{type} eq 'text' && $_->{unique} eq '' } @{ $t->{columns} };
	return if $f->{role};
	return "COPY $t->{name} ($c->{name}) FROM PROGRAM 'printf ''a\\\\tb\\n\\\\\\\\N\\nc\\n'''";
}

sub truncate
{
	my ($f) = @_;
	my ($t, $u) = ($f->any_table, $f->any_table);
	return if !$t;
	return
		'TRUNCATE '
	  . ($t->{flags} =~ /c/ ? '' : $f->maybe(10, 'ONLY '))
	  . $t->{name}
	  . ($u != $t ? $f->maybe(20, ", $u->{name}") : '')
	  . $f->maybe(40, ' RESTART IDENTITY')
	  . $f->cascade;
}

our @generators = (
	[
		20,
		sub {
			my $f = shift;
			$f->with_table(sub { insert($f, $_[0]) });
		}
	],
	[
		1,
		sub {
			my $f = shift;
			$f->with_kind(
				'table',
				sub {
					my $t = shift;
					return if grep { $_->{made} ne '' || $_->{unique} || $_->{notnull} } @{ $t->{columns} };
					"INSERT INTO $t->{name} SELECT * FROM $t->{name}";
				}
			);
		}
	],
	[ 9, \&update ],
	[ 2, \&move ],
	[ 1, \&merge ],
	[ 1, \&through_view ],
	[ 1, \&copy ],
	[
		4,
		sub {
			my $f = shift;
			$f->with_table(sub { "DELETE FROM $_[0]{name} WHERE random() < 0." . (1 + $f->below(9)) });
		}
	],
	[ 2, \&truncate ],
);

1;
