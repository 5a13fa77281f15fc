# Twenty random schemas with random writes: followed, and replayed from the form sql. PGF_SEED=n plays others; schema i
# comes from the seed n + i alone, so PGF_SEED=n PGF_SCHEMAS=1 plays one of them again.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use RandomRows;
use Test::More;

my $seed = $ENV{PGF_SEED} // 20260;
my $schemas = $ENV{PGF_SCHEMAS} // 20;
note("PGF_SEED=$seed PGF_SCHEMAS=$schemas");

my ($upstream, $downstream) = pgf_pair();

# Runs a script in the database and returns how many of its statements failed.
sub run_script
{
	my ($node, $dbname, $script, @options) = @_;
	my $err;
	IPC::Run::run([ 'psql', '-Xq', @options, '-d', $node->connstr($dbname) ],
		'<', \$script, '>', '/dev/null', '2>', \$err);
	my @errors = $err =~ /^.*ERROR: .*$/mg;
	return @errors;
}

my %script;
for my $i (1 .. $schemas)
{
	($script{"random_$i"}{schema}, $script{"random_$i"}{writes}) = random_rows($seed + $i - 1, "random_$i");
}

# A database of the name with all schemas in it.
sub prepare
{
	my ($node, $dbname) = @_;
	my $all = join '', map { $script{$_}{schema} } sort keys %script;
	my @errors = run_script($node, $dbname, $all, '-v', 'ON_ERROR_STOP=1');
	is("@errors", '', "the schemas can be made in $dbname of " . $node->name);
	return;
}

prepare($upstream, 'postgres');
prepare($downstream, 'postgres');
start_follow($downstream, $upstream, copy_data => 0);
$upstream->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('replayed', 'pg_follower')");

# What fails, fails for a constraint.
my $failures = 0;
for my $schema (sort keys %script)
{
	my @errors = run_script($upstream, 'postgres', $script{$schema}{writes}, '-v', 'ON_ERROR_ROLLBACK=on');
	$failures += @errors;
	my @others = grep { !/duplicate key value violates unique constraint|current transaction is aborted/ } @errors;
	is("@others", '', "$schema: the writes are valid") or diag("PGF_SEED=$seed");
}
note("$failures statements failed for a constraint");

sub same_tables
{
	my ($dbname, $how) = @_;
	my ($expected, $got) = (table_hashes($upstream), table_hashes($downstream, dbname => $dbname));
	for my $i (1 .. $schemas)
	{
		my ($up, $down) = map {
			join "\n", grep { /^random_$i\./ } split /\n/
		} $expected, $got;
		ok($up eq $down && $up ne '', "random_$i: $how")
		  or diag('PGF_SEED=' . ($seed + $i - 1) . " PGF_SCHEMAS=1\n$up\n-- downstream:\n$down");
	}
	return;
}

wait_for_follow($downstream);
same_tables('postgres', 'followed');
is($downstream->safe_psql('postgres', 'SELECT rows_missing, unsupported FROM follow_status'), '0|0',
	'every change found its row');

my $replay;
IPC::Run::run([ 'psql', '-XAtq', '-d', $upstream->connstr('postgres'), '-c',
		"SELECT data FROM pg_logical_slot_get_changes('replayed', NULL, NULL)" ], '>', \$replay)
  or die 'could not read the changes';
$downstream->safe_psql('postgres', 'CREATE DATABASE replay');
prepare($downstream, 'replay');
my @errors = run_script($downstream, 'replay', $replay, '-v', 'ON_ERROR_STOP=1');
is("@errors", '', 'the replay has no error');
same_tables('replay', 'replayed');

# start_follow warns of a library that is not preloaded.
my $preload = qr/ upstream does not have pg_follower in shared_preload_libraries/;
unlike(slurp_file($downstream->logfile), qr/(ERROR|WARNING|PANIC): (?!$preload)/, 'the downstream had no complaint');
done_testing();
