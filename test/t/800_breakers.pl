# Every statement that is known to break other systems, each in a pair of databases of its own (test/corpus/breakers),
# compared at points inside and at its end.  A file listed in test/corpus/breakers/failing.txt is known not to follow yet.
# BREAKERS="name ..." runs some, BREAKERS_MODE=standby runs them through a physical standby, which proves the files.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../corpus/lib";
use File::Basename;
use Test::More;
use Corpus::Servers;
use Corpus::Script;

my $folder = "$FindBin::Bin/../corpus/breakers";
my @files = map { basename($_, '.sql') } sort glob("$folder/*.sql");
@files = split ' ', $ENV{BREAKERS} if $ENV{BREAKERS};

sub slurp { my ($path) = @_; open(my $file, '<:raw', $path) or die "could not read $path: $!"; local $/; return <$file>; }

my %failing;
if (open(my $list, '<', "$folder/failing.txt")) { /^(\w+): (.*)/ and $failing{$1} = $2 while <$list>; }

my $work = $ENV{TESTDATADIR} || "$ENV{PGF_SCRATCH}/breakers";
system('mkdir', '-p', $work) == 0 or die;
chomp(my $bindir = `$ENV{PG_CONFIG} --bindir`);
my $servers = Corpus::Servers->new(bindir => $bindir, dir => "$work/servers", port => 6230, owner => $$, preload => 1, mode => $ENV{BREAKERS_MODE} || 'follow');
# An interrupted test leaves no servers behind: exit runs their destructor.
$SIG{$_} = sub { exit 130 } for qw(INT TERM);
$servers->create_empty_database('corpus_empty');
$servers->forget('corpus_empty');

for my $file (@files)
{
	local $TODO = $failing{$file};
	my $text = slurp("$folder/$file.sql");
	like($text, qr/\A-- \S.*\n/, "$file says what it shows") if $text !~ /\A-- \S/;
	my $result = Corpus::Script::run_fresh($servers, 'corpus_empty', $text, steps => 2, seconds => 60, roles_follow => 1, wait_seconds => 20, log => "$work/$file.out");
	ok(!defined $result->{first}, sprintf('%s (%.1f s)', $file, $result->{seconds})) or diag("$file: $result->{first}");
}
$servers->stop;
done_testing();
