#!/usr/bin/perl
# Random DDL histories, followed and compared, shrunk where they differ.
#
# Each seed gets a fresh pair of databases.  STEPS statements are chosen one by one for what exists by then
# (Corpus::Fuzz), run, and both sides are compared after every EVERY of them, outside transaction blocks.  A history
# that ends in a difference is shrunk: statements are left out, in ever smaller portions, as long as a fresh pair of
# databases still ends different.  What remains is written as found-SEED.sql, which make fuzz puts into
# test/corpus/breakers; a person decides whether it stays there.
#
# The environment gives SEED (the first), SEEDS (how many), STEPS, EVERY, TRIALS, AVOID (a regular expression of
# statements to leave out), MODE (follow or standby, which checks the fuzzer), SCRIPT (a history in a file, to be
# shrunk).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Time::HiRes 'time';
use Corpus::Servers;
use Corpus::Script;
use Corpus::Compare;
use Corpus::Fuzz;

$| = 1;
my $first  = $ENV{SEED}  || 1;
my $seeds  = $ENV{SEEDS} || 1;
my $steps  = $ENV{STEPS} || 100;
my $every  = $ENV{EVERY} || 10;
my $trials = $ENV{TRIALS} // 150;
my $work   = $ENV{WORK_DIR} or die "WORK_DIR is not set: run this by make fuzz\n";
chomp(my $bindir = `$ENV{PG_CONFIG} --bindir`);
my ($version) = `$ENV{PG_CONFIG} --version` =~ /(\d+)/ or die "pg_config names no version\n";
delete $ENV{$_} for qw(LC_ALL PGDATABASE PGUSER PGHOST PGPORT);

my $servers = Corpus::Servers->new(
	bindir => $bindir,
	dir => "$work/servers.fuzz",
	port => $ENV{CORPUS_PORT} || 6240,
	owner => $$,
	preload => 1,
	mode => $ENV{MODE} || 'follow'
);
$SIG{$_} = sub { $servers->stop; exit 130 }
  for qw(INT TERM);
$servers->create_empty_database('corpus_empty');
$servers->forget('corpus_empty');
# Roles, and what belongs to the database itself: pg_dump -s says nothing of them.
my $cluster_query = <<'END';
SELECT 'role', quote_ident(rolname), concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
	rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil AT TIME ZONE 'UTC', rolpassword, shobj_description(oid,
	'pg_authid')) FROM pg_authid WHERE oid >= 16384
UNION ALL SELECT 'member', a.roleid::regrole || ' of ' || a.member::regrole, admin_option::text FROM pg_auth_members a
	WHERE a.roleid >= 16384
UNION ALL SELECT 'setting', CASE setrole WHEN 0 THEN 'everyone'
	ELSE setrole::regrole::text END, (SELECT string_agg(s, ' ' ORDER BY s) FROM unnest(setconfig) s)
	FROM pg_db_role_setting WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
UNION ALL SELECT 'database', shobj_description(oid, 'pg_database'), (SELECT string_agg(a::text, ' ' ORDER BY a::text)
	FROM unnest(datacl) a) FROM pg_database WHERE datname = current_database()
END

my ($different, $statements, $failed) = (0, 0, 0);
if ($ENV{SCRIPT})
{
	# A history from a file instead: only shrunk.
	open(my $in, '<:raw', $ENV{SCRIPT}) or die "could not read $ENV{SCRIPT}: $!\n";
	my ($short, $why) = shrink([ grep { /\S/ } split /;\n/, do { local $/; <$in> } =~ s/\A--.*\n//r ]);
	$servers->stop;
	print defined $why
	  ? "shrunk to @{[scalar @$short]} statements: $why\n" . join('', map { "    $_;\n" } @$short)
	  : "no difference\n";
	exit(defined $why ? 1 : 0);
}
for my $seed ($first .. $first + $seeds - 1)
{
	my $began = time;
	my ($history, $reason) = run_seed($seed);
	$statements += @$history;
	if (!defined $reason)
	{
		printf "ok       seed %d: %d statements, %.1f s\n", $seed, scalar @$history, time - $began;
		next;
	}
	$different++;
	printf "FAILED   seed %d after %d statements: %s\n", $seed, scalar @$history, $reason;
	my ($short, $why) = shrink($history);
	if (!defined $why)
	{
		print "         not repeated by running the history again; it is in $work/history-$seed.sql\n";
		write_script("$work/history-$seed.sql", $seed, $reason, $history);
		next;
	}
	write_script("$work/found-$seed.sql", $seed, $why, $short);
	printf "         shrunk to %d statements (%.1f s): %s\n", scalar @$short, time - $began, $why;
	print map { "             $_;\n" } @$short;
}
$servers->stop;
printf "%d seeds of %d statements, %d with a difference; %.1f %% of the statements failed upstream\n", $seeds, $steps,
  $different, 100 * $failed / ($statements || 1);
exit($different ? 1 : 0);

# Runs one history; returns its statements and the first difference, or nothing for it.
sub run_seed
{
	my ($seed) = @_;
	my $fuzz = Corpus::Fuzz->new($seed, avoid => $ENV{AVOID}, version => $version);
	my @history;
	my $reason = eval {
		$servers->create_database('regression', 'corpus_empty');
		my $error = $servers->start_follow('regression');
		die "start_follow: $error" if defined $error;
		play($fuzz, \@history);
	};
	$reason = "the runner: $@" if $@;
	eval { $servers->drop_database('regression'); $servers->clean_cluster; 1 }
	  or die "could not clean up after seed $seed: $@";
	return (\@history, $reason);
}

sub play
{
	my ($fuzz, $history) = @_;
	my $session = Corpus::Psql->new(
		psql => "$bindir/psql",
		host => $servers->socket,
		port => $servers->{port}{up},
		dbname => 'regression',
		env => { PGAPPNAME => 'corpus feeder' }
	);
	$fuzz->open_session($session);
	for my $sql (Corpus::Fuzz::preamble())
	{
		$session->query($sql, 30);
		push @$history, $sql;
	}
	my $since = 0;
	for my $n (1 .. $steps)
	{
		my $broken = $fuzz->look($session);
		for (my $tries = 0; defined $broken; $tries++)
		{
			die "the session cannot be used any more: $broken"
			  if $tries == 3 || $broken !~ /current transaction is aborted/;
			my $sql = $fuzz->recover;
			push @$history, $sql;
			$session->query($sql, 30);
			$broken = $fuzz->look($session);
		}
		my $sql = $fuzz->next_statement;
		push @$history, $sql;
		my (undef, $error) = $session->query($sql, 60);
		print "    $sql;", (defined $error ? " -- $error" =~ s/\s+/ /gr : ''), "\n" if $ENV{VERBOSE};
		if (defined $error)
		{
			die "$sql: $error" if $error =~ /server closed the connection|time limit/;
			$failed++;
			$fuzz->failed($sql);
		}
		$since++;
		next if !$fuzz->at_rest || ($since < $every && $n < $steps);
		$since = 0;
		my $reason = compare();
		return $reason if defined $reason;
	}
	$session->close;
	return compare();
}

# Waits for the downstream and compares; returns the first difference.
sub compare
{
	my $reason = $servers->wait_for_follow('regression', 20);
	return $reason if defined $reason;
	($reason) = Corpus::Compare::compare($servers, 'regression');
	return $reason if defined $reason;
	my %cluster = map {
		my ($rows, $error) = $servers->control($_, 'regression')->query($cluster_query, 30);
		$_ => defined $error ? [ [$error] ] : $rows
	} qw(up down);
	my %lines = map {
		my $side = $_;
		$side => { map { setting_as_dumped(join(' ', @$_)) => 1 } @{ $cluster{$side} } }
	} qw(up down);
	for my $line (sort keys %{ $lines{up} }) { return "cluster: missing downstream: $line" if !$lines{down}{$line}; }
	for my $line (sort keys %{ $lines{down} }) { return "cluster: only downstream: $line" if !$lines{up}{$line}; }
	return;
}

# A list of names is stored with the quotes that the session's quote_all_identifiers gave it, which mean nothing;
# pg_dumpall writes its elements.
sub setting_as_dumped
{
	my ($line) = @_;
	return $line =~ /^setting / ? $line =~ s/"([a-z_][a-z0-9_]*)"/$1/gr : $line;
}

# Runs a list of statements in fresh databases; returns the difference at the end, if any.
sub attempt
{
	my ($list) = @_;
	my $result = Corpus::Script::run_fresh(
		$servers, 'corpus_empty', join('', map { "$_;\n" } @$list),
		steps => 0,
		seconds => 60,
		wait_seconds => 10,
		roles_follow => 1
	);
	my $end = $result->{end};
	return defined $end && $end !~ /^(?:the runner|psql did not|start_follow)/ ? $end : undef;
}

# Leaves out what is not needed for the difference: portions of a half, a quarter, ... of the list, then single
# statements.
sub shrink
{
	my ($history) = @_;
	my @list = @$history;
	my $why = attempt(\@list);
	return (\@list, undef) if !defined $why;
	my $left = $trials;
	for (my $portion = int(@list / 2) || 1; ; $portion = int($portion / 2) || 1)
	{
		my $removed = 0;
		for (my $at = @list; $at > 0 && $left > 0;)
		{
			# From the end: what comes late depends on what comes early.
			my $from = $at > $portion ? $at - $portion : 0;
			my @shorter = @list;
			splice @shorter, $from, $at - $from;
			$at = $from;
			next if !@shorter;
			$left--;
			my $still = attempt(\@shorter);
			next if !defined $still;
			($why, $removed) = ($still, 1);
			@list = @shorter;
		}
		last if $left <= 0 || $portion == 1 && !$removed;
	}
	return (\@list, $why);
}

sub write_script
{
	my ($path, $seed, $reason, $list) = @_;
	open(my $out, '>:raw', $path) or die "could not write $path: $!";
	print $out "-- Found by the fuzzer with seed $seed: ", $reason =~ s/\s+/ /gr, "\n", map { "$_;\n" } @$list;
	close $out;
	return;
}
