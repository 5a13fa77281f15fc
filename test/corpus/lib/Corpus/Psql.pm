# A psql held open on pipes, with a time limit on everything that is waited for.
#
# Two kinds use it: control sessions, which ask for rows (query), and the feeder, which is given a script piece by piece
# (feed) so that psql's variables, settings and session live on between the pieces.  Both find the end of an answer by a
# mark that psql echoes.  A mark is only safe where psql is neither inside a statement nor in a skipped \if branch; the
# callers see to that.  A psql that dies or keeps silent too long gives an error text, never a wait without end.
package Corpus::Psql;

use strict;
use warnings;
use IPC::Open3;
use IO::Handle;
use Symbol 'gensym';
use Time::HiRes 'time';
use POSIX ':sys_wait_h';
use Corpus::Patience;

my $FIELD  = "\x1f";
my $RECORD = "\x1e";

# new(psql => path, host, port, dbname, options => [...], env => {...}, log => path)
sub new
{
	my ($class, %arg) = @_;
	my $self = bless { %arg, out => '', err => '', marks => 0 }, $class;
	my @command = (
		$arg{psql}, '-X', '-h', $arg{host}, '-p', $arg{port}, '-U', 'postgres', '-d', $arg{dbname},
		@{ $arg{options} || [] }
	);
	@command = (@command, '-A', '-t', '-q', '-F', $FIELD, '-R', $RECORD) if !$arg{feeder};
	local %ENV = (%ENV, %{ $arg{env} || {} });
	$self->{errors} = gensym;
	$self->{pid} = open3($self->{in}, $self->{answers}, $self->{errors}, @command);
	$_->blocking(0) for $self->{in}, $self->{answers}, $self->{errors};
	if ($arg{log})
	{
		open($self->{logfile}, '>:raw', $arg{log}) or die "could not write $arg{log}: $!";
	}
	return $self;
}

# Writes a text and reads until psql has echoed a mark after it.  Returns undef, or why that did not happen before the
# deadline.
sub _exchange
{
	my ($self, $text, $deadline) = @_;
	return 'the session is closed' if !$self->{pid};
	my $mark = sprintf('corpus-mark-%d-%d', $$, ++$self->{marks});
	my $pending = "$text\n\\echo $mark\n";
	$self->{out} = $self->{err} = '';
	local $SIG{PIPE} = 'IGNORE';
	my $ended = 0;
	while (1)
	{
		my ($reads, $writes) = ('', '');
		vec($reads, fileno($self->{answers}), 1) = 1;
		vec($reads, fileno($self->{errors}),  1) = 1;
		vec($writes, fileno($self->{in}), 1) = 1 if length $pending;
		my $left = $deadline - time;
		return 'time limit' if $left <= 0;
		my $n = select($reads, length $pending ? $writes : undef, undef, $left);
		next if $n <= 0;
		if (length $pending && vec($writes, fileno($self->{in}), 1))
		{
			my $written = syswrite($self->{in}, $pending, 65536);
			if (defined $written) { substr($pending, 0, $written, ''); }
			elsif (!$!{EAGAIN}) { $pending = ''; $ended = 1; }
		}
		for my $stream (['answers', 'out'], ['errors', 'err'])
		{
			my ($handle, $buffer) = @$stream;
			next if !vec($reads, fileno($self->{$handle}), 1);
			my $got = sysread($self->{$handle}, my $part, 65536);
			if (defined $got && $got == 0) { $ended = 1 if $handle eq 'answers'; next; }
			next if !defined $got;
			print { $self->{logfile} } $part if $self->{logfile};
			$self->{$buffer} .= $part;
		}
		# The feeder echoes its input, so only a line that is the mark alone counts, and only its tail needs to be kept.
		if ($self->{out} =~ s/(?:^|\n|$RECORD)\Q$mark\E\n//)
		{
			$self->_drain_errors;
			return undef;
		}
		$self->{out} = substr($self->{out}, -400) if $self->{feeder} && length $self->{out} > 65536;
		if ($ended)
		{
			my $why = $self->{err} =~ /\S/ ? $self->{err} : 'psql ended';
			$self->close;
			return $why;
		}
	}
}

# Takes what psql wrote to its standard error before the mark and what has not been read yet.
sub _drain_errors
{
	my ($self) = @_;
	while (sysread($self->{errors}, my $part, 65536))
	{
		print { $self->{logfile} } $part if $self->{logfile};
		$self->{err} .= $part;
	}
}

# Runs SQL; returns (rows, error): rows as a reference to a list of lists of fields.
sub query
{
	my ($self, $sql, $seconds) = @_;
	$self->send($sql);
	return $self->receive($seconds);
}

# send and receive are query in two halves, so that two servers can work at the same time.
sub send { my ($self, $sql) = @_; $self->{unsent} = $sql; $self->_push; return; }

sub _push
{
	my ($self) = @_;
	return if !$self->{pid};
	local $SIG{PIPE} = 'IGNORE';
	my $text = "$self->{unsent}\n;\n";
	# What does not fit into the pipe at once is left to receive.
	my $written = syswrite($self->{in}, $text) // 0;
	$self->{unsent} = substr($text, $written);
	return;
}

sub receive
{
	my ($self, $seconds) = @_;
	my $error = $self->_exchange(delete $self->{unsent} // '', deadline($seconds // 30));
	if (defined $error)
	{
		$self->close if $error eq 'time limit';
		return (undef, $error);
	}
	return (undef, $self->{err})
	  if $self->{err} =~
	  /(?:ERROR|FATAL|PANIC):|server closed the connection|^psql:.*error|no connection to the server/m;
	my @rows = map { [ split /$FIELD/, $_, -1 ] } split /[$RECORD\n]*$RECORD|\n\z/, $self->{out} =~ s/\A\n+|\n\z//gr;
	return (\@rows, undef);
}

# Feeds a piece of a script; returns undef or why psql did not come to its end before the deadline.
sub feed { my ($self, $text, $deadline) = @_; return $self->_exchange($text, $deadline); }

sub close
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;
	CORE::close($self->{$_}) for qw(in answers errors);
	CORE::close($self->{logfile}) if $self->{logfile};
	for my $try (1 .. 50)
	{
		return if waitpid($pid, WNOHANG) == $pid;
		kill($try == 25 ? 'KILL' : 'TERM', $pid) if $try % 5 == 0;
		select(undef, undef, undef, 0.02);
	}
	return;
}

sub DESTROY { local ($?, $@, $!); my ($self) = @_; $self->close; }

1;
