
=pod

=head1 NAME

Breakers - statements that are known to break other systems, each file in a pair of databases of its own

=head1 DESCRIPTION

The files of test/corpus/breakers are divided among TAP files, so that these run side by side. A TAP file takes those
whose names begin with a letter of the range in its own name: 802_breakers_g_p takes g to p. Each is compared at points
inside and at its end. One whose name ends with since_18 is for servers from that version on. A file listed in
test/corpus/breakers/failing.txt is known not to follow yet.

BREAKERS="name ..." runs some, BREAKERS_MODE=standby runs them through a physical standby, which proves the files.

=cut

package Breakers;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(basename dirname);
use Test::More;

use lib dirname(__FILE__) . '/../corpus/lib';
use Corpus::Script;
use Corpus::Servers;

our @EXPORT = qw(run_breakers);

my $folder = dirname(__FILE__) . '/../corpus/breakers';

sub slurp
{
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "could not read $path: $!";
	local $/;
	return <$file>;
}

# The letters of the range in a TAP file's name.
sub letters_of
{
	my ($path) = @_;
	my ($from, $to) = basename($path) =~ /_breakers_([a-z])_([a-z])\.pl$/
	  or die "no range of letters in the name $path";
	return join '', $from .. $to;
}

# The major version of the servers.
sub server_version
{
	my ($version) = `$ENV{PG_CONFIG} --version` =~ /(\d+)/ or die "pg_config of \"$ENV{PG_CONFIG}\" names no version";
	return $version;
}

# Runs the breakers of a TAP file, given its name.
sub run_breakers
{
	my ($path) = @_;
	my $letters = letters_of($path);
	is(join('', map { letters_of($_) } sort glob(dirname($path) . '/*_breakers_*.pl')),
		join('', 'a' .. 'z'), 'every breaker has its TAP file');
	my @files = map { basename($_, '.sql') } sort glob("$folder/*.sql");
	@files = split ' ', $ENV{BREAKERS} if $ENV{BREAKERS};
	my $version = server_version();
	@files = grep { /^[$letters]/ && $version >= (/_since_(\d+)$/ ? $1 : 0) } @files;
	run_files(@files) if @files;
	done_testing();
	return;
}

sub run_files
{
	my (@files) = @_;
	my %failing = map { /^(\w+): (.*)/ ? ($1 => $2) : () } split /\n/, slurp("$folder/failing.txt");
	my $work = $ENV{TESTDATADIR} || "$ENV{PGF_SCRATCH}/breakers";
	system('mkdir', '-p', $work) == 0 or die;
	chomp(my $bindir = `$ENV{PG_CONFIG} --bindir`);
	my $servers = Corpus::Servers->new(
		bindir => $bindir,
		dir => "$work/servers",
		port => 6230,
		owner => $$,
		preload => 1,
		mode => $ENV{BREAKERS_MODE} || 'follow');
	# An interrupted test leaves no servers behind: exit runs their destructor.
	local $SIG{INT} = local $SIG{TERM} = sub { exit 130 };
	$servers->create_empty_database('corpus_empty');
	$servers->forget('corpus_empty');
	for my $file (@files)
	{
		local $TODO = $failing{$file};
		my $text = slurp("$folder/$file.sql");
		like($text, qr/\A-- \S.*\n/, "$file says what it shows") if $text !~ /\A-- \S/;
		my $result = Corpus::Script::run_fresh(
			$servers, 'corpus_empty', $text,
			steps => 2,
			seconds => 60,
			roles_follow => 1,
			wait_seconds => 20,
			log => "$work/$file.out");
		ok(!defined $result->{first}, sprintf('%s (%.1f s)', $file, $result->{seconds}))
		  or diag("$file: $result->{first}");
	}
	$servers->stop;
	return;
}

1;
