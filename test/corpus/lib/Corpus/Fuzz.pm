# Random histories of DDL and rows, each statement chosen for what exists at that moment.
#
# The model of what exists is the upstream's own catalog (Corpus::Fuzz::Model), read before each statement and sorted by
# name: the same seed gives the same history on the same server version.  Nearly all statements are valid; one that
# fails stays in the history, for a failed command must not follow either.
#
# The statements are in Corpus/Fuzz, a file for each kind of object.  To teach the fuzzer a statement, add a line to the
# list of a file: a weight and a function of the fuzzer that returns a statement, or nothing where it finds nothing to
# work on.
package Corpus::Fuzz;

use strict;
use warnings;
use Corpus::Fuzz::Model;
use Corpus::Fuzz::Values;
use Corpus::Fuzz::Tables;
use Corpus::Fuzz::Alter;
use Corpus::Fuzz::Rows;
use Corpus::Fuzz::Views;
use Corpus::Fuzz::Types;
use Corpus::Fuzz::Functions;
use Corpus::Fuzz::Others;
use Corpus::Fuzz::Cluster;
use Corpus::Fuzz::Session;

my @parts = map { "Corpus::Fuzz::$_" } qw(Tables Alter Rows Views Types Functions Others Cluster Session);
my %generators = map { my $part = $_; no strict 'refs'; $part => \@{"${part}::generators"} } @parts;

# The roles of every history; cluster-wide objects are named for the seed's own databases, which are made anew.
sub preamble
{
	return (
		'CREATE ROLE fuzz_a',
		'CREATE ROLE fuzz_b',
		'GRANT CREATE ON SCHEMA public TO fuzz_a, fuzz_b',
		'CREATE SCHEMA home_a AUTHORIZATION fuzz_a'
	);
}

# new(seed, avoid => regex, version => 18): statements that match avoid are not made, for while a known difference waits
# for its fix. The version is the oldest that must know the statements, 15 where it is not given.
sub new
{
	my ($class, $seed, %arg) = @_;
	my $self = bless {
		avoid => $arg{avoid},
		version => $arg{version} // 15,
		random => ($seed * 2654435761 + 12345) % 2**31,
		counter => 0,
		block => 0,
		prepared => 0,
		role => '',
		path => '',
		objects => {}
	}, $class;
	$self->below(2) for 1 .. 5;
	$self->{generators} = [ map { $self->weighted(@{ $generators{$_} }) } @parts ];
	$self->{total} += $_->[0] for @{ $self->{generators} };
	return $self;
}

# The statements of a part with the weights of one history.  Each history has its own: it does much of some parts and
# little of others, and leaves out some statements, so that those it has meet each other more often.
sub weighted
{
	my ($self, @list) = @_;
	my $factor = $self->one(1, 2, 2, 5);
	return map { [ $_->[0] * $factor * ($_->[0] > 10 || $self->below(5) ? 1 : 0), $_->[1] ] } @list;
}

# The items, where servers of that version are there; none where they are older.
sub since { my ($self, $version, @items) = @_; return $self->{version} >= $version ? @items : (); }

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
	return $self->one(
		map({ "$prefix$n" } 1 .. 8),
		qq("$prefix $n"),
		qq("${prefix}""$n"), qq("${\ uc $prefix}$n%s"),
		qq("${prefix}é\\$n")
	);
}

# A schema to put something into.
sub schema { my ($self) = @_; return $self->one('public', map { $_->{name} } $self->all('place')); }

# A new object's name, in a schema; unqualified where the search path leads there.
sub new_in_schema
{
	my ($self, $prefix) = @_;
	my $schema = $self->schema;
	my $name = $self->new_name($prefix);
	return $self->{path} eq $schema =~ s/^"(.*)"$/$1/r && $self->below(2) ? $name : "$schema.$name";
}

sub all { my ($self, $kind) = @_; return @{ $self->{objects}{$kind} || [] }; }

# One of the objects of some kinds, or nothing.
sub pick
{
	my ($self, @kinds) = @_;
	my @found = map { $self->all($_) } @kinds;
	return @found ? $self->one(@found) : undef;
}

# One of the objects of a kind for which a condition holds, or nothing.
sub pick_where
{
	my ($self, $condition, @kinds) = @_;
	my @found = grep { $condition->($_) } map { $self->all($_) } @kinds;
	return @found ? $self->one(@found) : undef;
}

# The object of a qualified name.
sub named
{
	my ($self, $name, @kinds) = @_;
	for my $kind (@kinds) { for ($self->all($kind)) { return $_ if $_->{name} eq $name; } }
	return;
}

sub any_table { my ($self) = @_; return $self->pick('table', 'table', 'partitioned', 'partition'); }
sub column { my ($self, $table) = @_; return @{ $table->{columns} } ? $self->one(@{ $table->{columns} }) : undef; }
sub cascade { my ($self) = @_; return $self->maybe(80, ' CASCADE'); }
sub with_table { my ($self, $code) = @_; my $t = $self->any_table or return; return $code->($t); }
sub with_column
{
	my ($self, $code) = @_;
	my $t = $self->any_table or return;
	my $c = $self->column($t) or return;
	return $code->($t, $c);
}
sub with_kind
{
	my ($self, $kind, $code) = @_;
	my $o = $self->pick(ref $kind ? @$kind : $kind) or return;
	return $code->($o);
}

# The bare name out of a qualified one.
sub bare { my ($name) = @_; return $name =~ /\.("(?:[^"]|"")*"|[^".]+)$/ ? $1 : $name; }

# What a session needs before it runs a history.
sub open_session { my ($self, $session) = @_; Corpus::Fuzz::Model::prepare($session); return; }

# Reads the model through the given session; returns undef or the error.
sub look
{
	my ($self, $session) = @_;
	# A prepared transaction may hold locks that reading would wait for, and the next statement ends it.
	return if $self->{prepared};
	my ($objects, $error) = Corpus::Fuzz::Model::read_from($session);
	return $error if defined $error;
	$self->{objects} = $objects;
	my $state = $objects->{session}[0];
	$self->{role} = $state->{name} eq 'postgres' ? '' : $state->{name};
	@$self{qw(path database quotes_all)} = @{ $state->{detail} };
	return;
}

# Whether both sides can be compared now: no transaction is open or prepared.
sub at_rest { my ($self) = @_; return !$self->{block} && !$self->{prepared}; }

# What gets a session out of the failed statement's transaction.
sub recover
{
	my ($self) = @_;
	my @open = @{ $self->{savepoints} || [] };
	return "ROLLBACK TO SAVEPOINT $open[-1]" if @open && $self->below(2);
	@$self{qw(block savepoints temporary)} = (0, [], 0);
	return 'ROLLBACK';
}

# Takes note that a statement has failed: some that end a transaction end it then, too.
sub failed
{
	my ($self, $sql) = @_;
	@$self{qw(block prepared savepoints)} = (0, 0, []) if $sql =~ /^(?:COMMIT|PREPARE TRANSACTION)/;
	return;
}

# The next statement, for the model that look() has read.
sub next_statement
{
	my ($self) = @_;
	if ($self->{prepared})
	{
		$self->{prepared} = 0;
		return $self->one('COMMIT', 'COMMIT', 'ROLLBACK') . " PREPARED 'fuzz'";
	}
	# Most statements are the superuser's, who may do anything.
	return 'RESET ROLE' if $self->{role} && $self->below(100) < 12;
	while (1)
	{
		my $at = $self->below($self->{total});
		my $sql;
		for (@{ $self->{generators} })
		{
			$at -= $_->[0];
			if ($at < 0) { $sql = $_->[1]->($self); last; }
		}
		next if !defined $sql || $sql eq '' || ($self->{avoid} && $sql =~ /$self->{avoid}/);
		return $sql;
	}
}

1;
