# A small fixed part of PostgreSQL's own regression suite, followed: files that are known to follow at every point.
# make corpus runs all of it. The suite comes from Debian's source package (test/corpus/fetch-suite), and is fetched
# into the scratch folder unless SUITE_DIR names one that is at hand. A machine that cannot reach its package mirror
# skips this.
use strict;
use warnings;
use FindBin;
use Test::More;

my @files =
  qw(test_setup create_table constraints typed_table updatable_views rowsecurity create_function_sql domain enum
  copy2 merge replica_identity);
my $corpus = "$FindBin::Bin/../corpus";
my $work = $ENV{TESTDATADIR} || "$ENV{PGF_SCRATCH}/corpus";
my $suite = $ENV{SUITE_DIR} || "$ENV{PGF_SCRATCH}/suite";
system('mkdir', '-p', $work) == 0 or die;
my @fetch = ("$corpus/fetch-suite", $ENV{PG_CONFIG}, $suite);
if (system('sh', '-c', 'exec "$@" >"$0" 2>&1', "$work/fetch.log", @fetch) != 0)
{
	open(my $log, '<', "$work/fetch.log") or die "could not read $work/fetch.log: $!";
	my ($why) = reverse <$log>;
	chomp($why //= '');
	plan skip_all => "the source package of the server could not be fetched: $why";
}

{
	local %ENV = (
		%ENV,
		SUITE => 'regress',
		SUITE_DIR => $suite,
		WORK_DIR => $work,
		FILES => "@files",
		STEPS => 3,
		MODE => 'follow',
		JOBS => 1,
		CORPUS_PORT => 6236);
	system('sh', '-c', 'exec "$@" >"$0" 2>&1', "$work/corpus.log", $^X, "$corpus/corpus.pl");
}
my %result;
if (open(my $in, '<', "$work/results-regress.tsv"))
{
	my $head = <$in>;
	while (<$in>)
	{
		chomp;
		my ($file, $end, $inside, $points) = split /\t/;
		$result{$file} = { end => $end, inside => $inside, points => $points };
	}
}
for my $file (@files)
{
	my $got = $result{$file} || { end => 'no result', inside => '', points => 0 };
	is("$got->{end} $got->{inside}", 'ok ok', "$file follows at its end and at $got->{points} points inside");
}
done_testing();
