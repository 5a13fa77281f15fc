
=pod

=head1 NAME

Pages - the examples of README.md and of the pages in docs/

=head1 SYNOPSIS

  use Pages;

  for my $block (page_blocks('docs/moving.md'))
  {
      for my $step (page_steps($block)) { ... }
  }
  my %session = (connection => 'host=... dbname=shop');
  my $printed = run_in_session(\%session, 'SELECT 1;');
  end_session(\%session);

=head1 DESCRIPTION

An example is an indented block. What it is shows its first line:

  upstream=# STATEMENT        psql on that server, as a superuser in the database "shop", then what psql prints
  downstream=# STATEMENT
  copy=# STATEMENT
  old=# STATEMENT
  new=# STATEMENT
  $ COMMAND                   a shell command, then what it prints
  # FILE of the SERVER        lines for postgresql.conf, pg_hba.conf, .pgpass or .pg_service.conf there

A block of anything else (a diagram, say) stands below a line "<!-- not run: REASON -->".

=cut

package Pages;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Utils;

our @EXPORT = qw(page_blocks page_steps run_in_session end_session);

=pod

=over

=item page_blocks($page)

The indented blocks of a page, each with its {line} number, the {heading} above it, the reason why it does {not_run} or
undef, and its {lines}.

=cut

sub page_blocks
{
	my ($page) = @_;
	my (@blocks, $block, $reason);
	my ($number, $previous, $heading) = (0, '', '');
	for my $line (split /\n/, slurp_file($page))
	{
		++$number;
		$heading = $1 if $line =~ /^#+ (.*)/;
		if ($line =~ /^    (.*)/ && ($block || $previous eq ''))
		{
			push @blocks, $block = { line => $number, heading => $heading, not_run => $reason, lines => [] }
			  if !$block;
			push @{ $block->{lines} }, $1;
		}
		elsif ($line eq '')
		{
			push @{ $block->{lines} }, '' if $block;
		}
		else
		{
			$block = undef;
			$reason = $line =~ /^<!-- not run: (.+) -->$/ ? $1 : undef;
		}
		$previous = $line;
	}
	return @blocks;
}

# Whether a step that begins with this text is complete: a statement ends with a semicolon or a command of psql, a shell
# command with its here-document or at the end of a line that closes what it has opened.
sub is_complete
{
	my ($step) = @_;
	return $step->{text} =~ /;\s*$|\\\w+\s*$|^\\/ if $step->{where} ne 'shell';
	return $step->{text} =~ /^$1$/m if $step->{text} =~ /<<'(\w+)'/;
	my $quotes = () = $step->{text} =~ /"/g;
	return $quotes % 2 == 0 && $step->{text} !~ /[\\|]$/;
}

=pod

=item page_steps($block)

The steps of a block: {where} it runs (a server's name, or "shell"), its {text}, and the output {shown}; of lines for a
{file}, the server and the text. Nothing where the block is no example.

=cut

sub page_steps
{
	my ($block) = @_;
	my @steps;
	for my $line (@{ $block->{lines} })
	{
		my $step = $steps[-1];
		if ($line =~ /^(upstream|downstream|copy|old|new)=# (.*)/)
		{
			push @steps, { where => $1, text => $2, shown => '' };
		}
		elsif ($line =~ /^\$ (.*)/)
		{
			push @steps, { where => 'shell', text => $1, shown => '' };
		}
		elsif (
			$line =~ /^# (postgresql\.conf|pg_hba\.conf|\.pgpass|\.pg_service\.conf) of the (upstream|downstream)$/)
		{
			push @steps, { where => $2, file => $1, text => "$line\n" };
		}
		elsif (!$step)
		{
			return;
		}
		elsif ($step->{file})
		{
			$step->{text} .= "$line\n";
		}
		elsif (!is_complete($step))
		{
			$step->{text} .= "\n$line";
		}
		else
		{
			$step->{shown} .= "$line\n";
		}
	}
	return @steps;
}

=pod

=item run_in_session($session, $statement)

Runs a statement in a session of psql that stays open, and returns what psql prints. The session's {connection} says
where; it is begun when it is first used.

=cut

sub run_in_session
{
	my ($session, $statement) = @_;
	my $timeout = $PostgreSQL::Test::Utils::timeout_default;
	if (!$session->{psql})
	{
		@$session{ 'in', 'out' } = ('', '');
		$session->{timer} = IPC::Run::timeout($timeout);
		$session->{psql} = IPC::Run::start(
			[ 'psql', '-X', '-P', 'pager=off', '-d', $session->{connection} ],
			'<', \$session->{in}, '>', \$session->{out}, '2>&1', $session->{timer});
	}
	$session->{timer}->start($timeout);
	$session->{in} .= "$statement\n\\echo end of the example\n";
	IPC::Run::pump($session->{psql}) until $session->{out} =~ s/^end of the example\n//m;
	my $out = $session->{out};
	$session->{out} = '';
	return $out;
}

=pod

=item end_session($session)

Ends it, if it has begun.

=back

=cut

sub end_session
{
	my ($session) = @_;
	IPC::Run::finish(delete $session->{psql}) if $session->{psql};
	return;
}

1;
