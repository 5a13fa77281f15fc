
=pod

=head1 NAME

Proxy - stands between a downstream and its upstream, and spoils the connection

=head1 SYNOPSIS

  my $proxy = Proxy->new($upstream);
  $downstream->safe_psql('postgres', "SELECT start_follow('" . $proxy->conninfo('postgres') . "')");
  $proxy->tell('cut');

=head1 DESCRIPTION

A process of its own listens on a Unix socket and passes on what comes, both ways. What it is told is so from then on:

  flow             everything passes, which is so at the beginning
  cut              all connections end now
  stall            nothing passes, and nobody is told
  slow N           N bytes pass a second, in each direction
  refuse           new connections end at once
  spoil KIND SEED  the stream of a replication connection is changed: one message in a few

Kinds are C<version>, C<type>, C<short>, C<long> and C<count>, after which a message cannot be read as a whole, C<bits>,
whose result may mean anything, and C<frame>, which breaks the protocol around it. C<spoiled> counts them.

=cut

package Proxy;

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use IO::Socket::UNIX;
use PostgreSQL::Test::Utils ();
use Time::HiRes qw(time);

my $port = 5432;

sub new
{
	my ($class, $node) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir_short();
	my $self = bless { folder => $folder, parent => $$ }, $class;
	pipe(my $orders_in, $self->{orders}) or die "could not make a pipe: $!";
	pipe($self->{answers}, my $answers_out) or die "could not make a pipe: $!";
	my $listener = IO::Socket::UNIX->new(Local => "$folder/.s.PGSQL.$port", Listen => 20)
	  or die "could not listen: $!";
	$self->{pid} = fork() // die "could not fork: $!";
	if ($self->{pid} == 0)
	{
		close $self->{orders};
		close $self->{answers};
		# The test's own ends are not this process's to run.
		eval { serve($listener, $node->host . '/.s.PGSQL.' . $node->port, $orders_in, $answers_out); 1 }
		  or print {*STDERR} "# proxy: $@";
		require POSIX;
		POSIX::_exit(0);
	}
	close $listener;
	$_->autoflush(1) for $self->{orders};
	return $self;
}

# A connection string that leads through the proxy.
sub conninfo
{
	my ($self, $dbname) = @_;
	return "host=$self->{folder} port=$port dbname=$dbname user=postgres";
}

# Tells the process what to do; returns when it does so, with its answer.
sub tell
{
	my ($self, $order) = @_;
	print { $self->{orders} } "$order\n";
	my $answer = readline($self->{answers}) // die 'the proxy has ended';
	chomp $answer;
	return $answer;
}

# How many messages have been spoiled so far.
sub spoiled { my ($self) = @_; return $self->tell('count'); }

sub DESTROY
{
	my ($self) = @_;
	return if $self->{parent} != $$;
	local $?;
	print { $self->{orders} } "end\n";
	waitpid($self->{pid}, 0);
	return;
}

# ---------------------------------------------------------------------------------------------------------- the process

my ($mode, $rate, $kind, $spoiled) = ('flow', 0, '', 0);

sub serve
{
	my ($listener, $target, $orders, $answers) = @_;
	$SIG{PIPE} = 'IGNORE';
	$answers->autoflush(1);
	my $rest = '';
	# By file number: the socket, its peer's number, what is to be written to it, and what was read and not yet passed.
	my %ends;
	my $finish = sub {
		for my $number (@_)
		{
			my $end = delete $ends{$number} // next;
			close $end->{socket};
		}
	};
	my $last = time;
	while (1)
	{
		my $now = time;
		my $allowance = $mode eq 'stall' ? 0 : $mode eq 'slow' ? int($rate * ($now - $last)) : 1 << 20;
		$last = $now if $mode ne 'slow' || $allowance > 0;
		my $readers = IO::Select->new($listener, $orders);
		my $writers = IO::Select->new;
		for my $end (values %ends)
		{
			# What nobody takes away is not to pile up here.
			$readers->add($end->{socket}) if $mode ne 'stall' && length($ends{ $end->{peer} }{out} // '') < 1 << 16;
			$writers->add($end->{socket}) if $allowance > 0 && length $end->{out};
		}
		my ($readable, $writable) = IO::Select->select($readers, $writers, undef, $mode eq 'flow' ? 1 : 0.05);
		for my $socket (@{ $writable // [] })
		{
			my $end = $ends{ fileno($socket) // -1 } // next;
			my $written = syswrite($socket, $end->{out}, $allowance);
			if (defined $written) { substr($end->{out}, 0, $written) = ''; }
			elsif (!$!{EAGAIN}) { $finish->(fileno($socket), $end->{peer}); }
		}
		for my $socket (@{ $readable // [] })
		{
			if ($socket == $orders)
			{
				return if !sysread($orders, $rest, 4096, length $rest);
				while ($rest =~ s/^(.*)\n//)
				{
					my ($order, @arguments) = split ' ', $1;
					return if $order eq 'end';
					if ($order eq 'cut') { $finish->(keys %ends); }
					elsif ($order eq 'spoil') { ($mode, $kind) = ('flow', $arguments[0]); srand($arguments[1]); }
					elsif ($order ne 'count') { ($mode, $rate, $kind) = ($order, $arguments[0] // 0, ''); }
					print {$answers} "$spoiled\n";
				}
			}
			elsif ($socket == $listener)
			{
				my $client = $listener->accept or next;
				my $server = $mode ne 'refuse' && IO::Socket::UNIX->new(Peer => $target);
				if (!$server) { close $client; next; }
				$_->blocking(0) for $client, $server;
				$ends{ fileno $client } = { socket => $client, peer => fileno($server), out => '' };
				$ends{ fileno $server } =
				  { socket => $server, peer => fileno($client), out => '', in => '', from_server => 1 };
			}
			else
			{
				my $number = fileno($socket) // next;
				my $end = $ends{$number} // next;
				my $read = sysread($socket, my $data, 1 << 15);
				next if !defined $read && $!{EAGAIN};
				if (!$read)
				{
					# The last words, which may be an error, are still to be heard.
					my $peer = $ends{ $end->{peer} };
					syswrite($peer->{socket}, $peer->{out}) if length $peer->{out};
					$finish->($number, $end->{peer});
					next;
				}
				$ends{ $end->{peer} }{out} .= $end->{from_server} ? pass_on($end, $data) : $data;
			}
		}
	}
	return;
}

# What the server has sent, as the client is to get it: whole messages, some of them spoiled.
sub pass_on
{
	my ($end, $data) = @_;
	$end->{in} .= $data;
	my $out = '';
	while (length $end->{in} >= 5)
	{
		my $length = unpack('N', substr($end->{in}, 1, 4)) + 1;
		last if length $end->{in} < $length;
		my $message = substr($end->{in}, 0, $length, '');
		# CopyData with XLogData: a header of 25 bytes, then the plugin's message.
		$message = spoil($message) if $kind ne '' && $message =~ /^d....w/s && length $message > 40 && rand(3) < 1;
		$out .= $message;
	}
	return $out;
}

my $head = 5 + 25;

my %spoilers = (
	version => sub { substr($_[0], 0, 1) = chr(200); return $_[0]; },
	type => sub { substr($_[0], 1, 1) = '?'; return $_[0]; },
	short => sub { return substr($_[0], 0, 2 + int(rand(length($_[0]) - 2))); },
	long => sub { return $_[0] . chr(int(rand(256))) x (1 + int(rand(9))); },
	# Behind the version and the beginning of a transaction (25 bytes): a value of very many bytes.
	count => sub { return substr($_[0], 0, 26) . 'R' . pack('N n N', 1, 1, 0x7ffffff0); },
	bits => sub {
		for (0 .. int(rand(4)))
		{
			my $at = int(rand(length $_[0]));
			my $flipped = ord(substr($_[0], $at, 1)) ^ 1 << int(rand(8));
			substr($_[0], $at, 1) = chr(rand(2) < 1 ? int(rand(256)) : $flipped);
		}
		return $_[0];
	});

sub spoil
{
	my ($message) = @_;
	$spoiled++;
	if ($kind eq 'frame')
	{
		substr($message, int(rand(5)), 1) = chr(int(rand(256)));
		return $message;
	}
	my $content = $spoilers{$kind}->(substr($message, $head));
	return 'd' . pack('N', length($content) + 29) . substr($message, 5, 25) . $content;
}

1;
