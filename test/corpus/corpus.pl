#!/usr/bin/perl
# Runs PostgreSQL's own regression suite, followed, and says how far following reaches.
#
# For each file of parallel_schedule a pair of databases is made, the downstream follows, the file runs on the upstream,
# and both are compared at STEPS points inside the file and at its end.  test_setup, which every file expects, is
# followed and compared once; the databases of the other files are copies (CREATE DATABASE ... TEMPLATE) of the pair
# that it left, each with a follow of its own.  That saves following the same thirty thousand rows two hundred times, a
# third of a run, and leaves every file's own statements followed.  Should test_setup itself not follow, the
# downstream's copy is made by running it there, and the output says so.
#
# Settings come from the environment, see test/corpus/README.md.
use strict;
use warnings;
use Fcntl;
use FindBin;
use lib "$FindBin::Bin/lib";
use Time::HiRes 'time';
use Corpus::Patience;
use Corpus::Servers;
use Corpus::Script;
use Corpus::Report;

$| = 1;
my $suite  = $ENV{SUITE}  || 'regress';
my $steps  = $ENV{STEPS}  // 10;
my $mode   = $ENV{MODE}   || 'follow';
my $jobs   = $ENV{JOBS}   || cores();
# With the library preloaded, roles follow by themselves; without it the runner looks after them.
my $preload = $ENV{PRELOAD} // 1;
# Under the default settings attributes and memberships of roles do not follow, so the runner looks after them, too.
my $defaults = $ENV{DEFAULTS} ? 1 : 0;
die "DEFAULTS=1 is for the regression suite, followed by the worker\n"
  if $defaults && "$suite $mode" ne 'regress follow';
my $limit  = $ENV{LIMIT}  || 300;
my $port   = $ENV{CORPUS_PORT} || 6210;
my $source = $ENV{SUITE_DIR} or die "SUITE_DIR is not set: run this by make corpus\n";
my $work   = $ENV{WORK_DIR}  or die "WORK_DIR is not set: run this by make corpus\n";
my $config = $ENV{PG_CONFIG} || 'pg_config';
chomp(my $bindir = `$config --bindir`);
chomp(my $version = `$config --version`);

my %excluded;
my @files =
  $suite eq 'regress' ? scheduled("$source/parallel_schedule") : deparse_files("$source/test_ddl_deparse/Makefile");
if ($suite eq 'regress')
{
	%excluded = read_reasons("$FindBin::Bin/excluded.txt");
	die "the exclusion list must stay below 8\n" if keys %excluded >= 8;
	@files = grep { !$excluded{$_} } @files;
}
if (my $wanted = $ENV{FILES})
{
	my %known = map { $_ => 1 } @files;
	my @wanted = split ' ', $wanted;
	for (@wanted) { die "$_ is not a file of the suite $suite, or is excluded\n" if !$known{$_}; }
	@files = @wanted;
}

# As many jobs as there are cores, but no more than four: each has two servers.
sub cores
{
	my $cores = `nproc` =~ /(\d+)/ ? $1 : 1;
	return $cores < 4 ? $cores : 4;
}

# The files of a schedule in its order.
sub scheduled
{
	my ($path) = @_;
	open(my $schedule, '<', $path) or die "could not read $path: $!";
	return map { /^test:\s*(.*)/ ? split(' ', $1) : () } <$schedule>;
}

sub deparse_files
{
	my ($path) = @_;
	open(my $makefile, '<', $path) or die "could not read $path: $!";
	my $text = join '', <$makefile>;
	my ($list) = $text =~ /^REGRESS\s*=\s*((?:[^\n]*\\\n)*[^\n]*)/m or die "no REGRESS in $path";
	return split ' ', $list =~ s/\\\n/ /gr;
}

# A list of files, each with its reason.
sub read_reasons
{
	my ($path) = @_;
	open(my $list, '<', $path) or die "could not read $path: $!";
	return map { /^(\w+): (.*)/ ? ($1 => $2) : () } <$list>;
}

sub slurp
{
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "could not read $path: $!";
	local $/;
	return <$file>;
}

my %environment = (
	PG_ABS_SRCDIR => $source,
	PG_LIBDIR => "$source/lib",
	PG_DLSUFFIX => '.so',
	PGTZ => 'America/Los_Angeles',
	PGDATESTYLE => 'Postgres, MDY',
	PGOPTIONS => '-c intervalstyle=postgres_verbose',
	LANG => 'C',
	LC_MESSAGES => 'C',
	PGCLIENTENCODING => ''
);
delete $ENV{$_}
  for qw(LC_ALL LC_COLLATE LC_CTYPE LC_MONETARY LC_NUMERIC LC_TIME LANGUAGE PGDATABASE PGUSER PGHOST PGPORT);

my $began = time;
my @children;
system('mkdir', '-p', "$work/log") == 0 or die;
unlink glob("$work/done.*");
$jobs = 1 if $suite ne 'regress';
$jobs = @files if $jobs > @files;

# Each job takes the next file that no other has taken: creating a file is atomic.
for my $job (0 .. $jobs - 1)
{
	my $pid = fork // die "could not fork: $!";
	if ($pid) { push @children, $pid; next; }
	my $ok = eval { run_job($job); 1 };
	print STDERR "job $job: $@" if !$ok;
	exit($ok ? 0 : 1);
}
$SIG{$_} = sub { kill 'TERM', @children; exit 130 } for qw(INT TERM);
my $failed = 0;
for (@children) { waitpid($_, 0); $failed = 1 if $?; }
my @results = map { Corpus::Report::read_result("$work/done.$_") } grep { -s "$work/done.$_" } @files;
unlink glob("$work/done.*");
my $status = Corpus::Report::finish(
	results => \@results,
	files => \@files,
	suite => $suite,
	steps => $steps,
	mode => $mode,
	version => $version,
	seconds => time - $began,
	excluded => \%excluded,
	reasons => { read_reasons("$FindBin::Bin/reasons.txt") },
	work => $work,
	lists => $FindBin::Bin,
	complete => !$ENV{FILES},
	defaults => $defaults,
	not_by_default => $defaults ? { read_reasons("$FindBin::Bin/not_by_default.txt") } : {}
);
exit($failed || $status ? 1 : 0);

sub run_job
{
	my ($job) = @_;
	my $dir = "$work/servers.$job";
	my $servers = Corpus::Servers->new(
		bindir => $bindir,
		dir => $dir,
		port => $port + 2 * $job,
		mode => $mode,
		owner => $$,
		preload => $preload,
		defaults => $defaults
	);
	local $SIG{TERM} = sub { $servers->stop; exit 1 };
	my %env = (%environment, PG_ABS_BUILDDIR => $dir);
	my $error =
	  eval { $suite eq 'regress' ? run_regress($servers, \%env, $job) : run_sequence($servers, \%env); 1 } ? undef : $@;
	$servers->stop;
	system('rm', '-rf', $dir) if !$ENV{KEEP};
	die $error if defined $error;
	return;
}

sub run_regress
{
	my ($servers, $env, $job) = @_;
	my $setup = slurp("$source/sql/test_setup.sql");
	$servers->create_empty_database('corpus_setup');
	my $error = $servers->start_follow('corpus_setup');
	my $result = defined $error ? Corpus::Script::failure("start_follow: $error")
	  : Corpus::Script::run($servers, 'corpus_setup', $setup, script_options($env, "$work/log/test_setup.$job.out"));
	my $not_followed = $result->{first};
	end_follow($servers, 'corpus_setup');
	report('test_setup', $result) if grep({ $_ eq 'test_setup' } @files) && take('test_setup');
	if (defined $not_followed && $mode ne 'standby')
	{
		print "        test_setup does not follow ($not_followed): the downstream gets it by running it there\n"
		  if $job == 0;
		$servers->drop_database('corpus_setup');
		$servers->clean_cluster;
		$servers->create_empty_database('corpus_setup');
		for my $side (qw(up down))
		{
			my $psql = Corpus::Psql->new(
				feeder => 1,
				psql => "$bindir/psql",
				host => $servers->socket,
				port => $servers->{port}{$side},
				dbname => 'corpus_setup',
				env => $env
			);
			my $error = $psql->feed($setup, deadline(120));
			die "test_setup: $error\n" if defined $error;
		}
	}
	$servers->forget('corpus_setup');
	for my $file (@files)
	{
		next if $file eq 'test_setup' || !take($file);
		my $outcome;
		my $clean = eval {
			$outcome = Corpus::Script::run_fresh(
				$servers, 'corpus_setup',
				slurp("$source/sql/$file.sql"),
				script_options($env, "$work/log/$file.out")
			);
			1;
		};
		report($file, $outcome // Corpus::Script::failure($@));
		next if $clean;
		# A server that cannot be cleaned would fail every file after this one.
		print "        starting new servers: ", $@ =~ s/\s+/ /gr, "\n";
		$servers->stop;
		run_regress($_[0] = Corpus::Servers->new(%$servers, port => $servers->{port}{up}, control => {}, running => {}),
			$env, $job);
		return;
	}
	return;
}

# The files of test_ddl_deparse build on each other: one pair of databases, one follow, each file compared.
# Its extension, which only prints what an event trigger sees, is not installed, and so its event trigger is left out:
# without the extension's functions it would refuse every command.
sub run_sequence
{
	my ($servers, $env) = @_;
	$servers->create_empty_database('regression');
	my $error = $servers->start_follow('regression');
	for my $file (@files)
	{
		take($file);
		my $started = time;
		my $text =
		  slurp("$source/test_ddl_deparse/sql/$file.sql") =~ s/^CREATE EVENT TRIGGER test_ddl_deparse\n[^;]*;//mr;
		my $outcome =
		  defined $error
		  ? Corpus::Script::failure("start_follow: $error")
		  : Corpus::Script::run($servers, 'regression', $text, script_options($env, "$work/log/$file.out"));
		$outcome->{seconds} = time - $started;
		report($file, $outcome);
	}
	return;
}

# What a script is run with: the points, the limits, the log.
sub script_options
{
	my ($env, $log) = @_;
	return (steps => $steps, seconds => $limit, log => $log, env => $env, roles_follow => $preload && !$defaults);
}

sub end_follow
{
	my ($servers, $dbname) = @_;
	return if $mode ne 'follow';
	my (undef, $error) =
	  $servers->control('down', $dbname)->query("SELECT $Corpus::Servers::INTERFACE.drop_follow(force => true)", 60);
	$servers->forget($dbname);
	return;
}

sub take
{
	my ($file) = @_;
	return sysopen(my $handle, "$work/done.$file", O_WRONLY | O_CREAT | O_EXCL, 0644);
}

sub report
{
	my ($file, $result) = @_;
	Corpus::Report::write_result("$work/done.$file", $file, $result, "$work/log/$file.out");
	print Corpus::Report::line($file, $result), "\n";
	return;
}
