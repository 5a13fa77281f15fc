# The memory of a worker, of a walsender and of a session whose commands are written down does not grow with what they
# have done: what many transactions and commands add, as many more do not add again. TRANSACTIONS and COMMANDS say how
# many (100000 and 10000 for a long run).
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $transactions = $ENV{TRANSACTIONS} || 6000;
my $commands = $ENV{COMMANDS} || 600;

# A process that has been at work for a while keeps what it has; this many kB more is noise.
my $noise = 2500;

my ($upstream, $downstream) = pgf_pair(preload => 1, config => "pg_follower.sequence_interval = 1\n");
$upstream->safe_psql('postgres', q{
	CREATE TABLE keyed (id int PRIMARY KEY, v text);
	INSERT INTO keyed SELECT g, 'x' FROM generate_series(1, 1000) AS g;
	CREATE TABLE keyless (i int, t text)});
start_follow($downstream, $upstream);

# The memory of its own, in kB, that a process has. What it shares grows with what it has touched.
sub memory_of
{
	my ($pid) = @_;
	open(my $file, '<', "/proc/$pid/status") or die "could not look at process $pid: $!";
	return join('', <$file>) =~ /^RssAnon:\s+(\d+)/m ? $1 : die 'the kernel does not tell';
}

my $sender = $upstream->safe_psql('postgres', q{SELECT pid FROM pg_stat_replication WHERE state = 'streaming'});
my $worker = worker_pid($downstream);

sub both { return (memory_of($worker), memory_of($sender)); }

sub stays
{
	my ($what, $before, $after, $allowed) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	note("$what: $before kB, then $after kB");
	ok($after - $before < $noise + ($allowed // 0), "$what: memory does not grow")
	  or diag("$before kB, then $after kB");
	return;
}

# ------------------------------------------------------------------------------------------------------- transactions
my $script = PostgreSQL::Test::Utils::tempdir() . '/transaction.sql';
append_to_file($script, <<'END');
\set id random(1, 1000)
BEGIN;
UPDATE keyed SET v = v || '.' WHERE id = :id AND length(v) < 20;
INSERT INTO keyless VALUES (:id, 'text');
SAVEPOINT a;
DELETE FROM keyless WHERE i = :id;
RELEASE a;
COMMIT;
END

sub transact
{
	$upstream->command_ok([ 'pgbench', '-n', '-c', 2, '-t', $transactions / 4, '-f', $script, 'postgres' ],
		'transactions');
	wait_for_follow($downstream);
	return;
}
transact();
my @before = both();
transact();
my @after = both();
stays("worker, $transactions transactions", $before[0], $after[0]);
stays("walsender, $transactions transactions", $before[1], $after[1]);

# ----------------------------------------------------------------------------------------------------------- commands
# One session, which looks at itself in the middle and at the end.
my $measures = PostgreSQL::Test::Utils::tempdir() . '/measures';
my $text = "SELECT pg_backend_pid() AS pid \\gset\n\\setenv PID :pid\n";
my $look = "\\! grep RssAnon /proc/\$PID/status >>$measures\n";
for my $half (1, 2)
{
	for my $i (1 .. $commands / 10)
	{
		my $t = "t_${half}_$i";
		$text .= "CREATE TABLE $t (id int PRIMARY KEY, v text DEFAULT 'v', CHECK (id > 0));
			CREATE INDEX ON $t (v); ALTER TABLE $t ADD c float8 DEFAULT random();
			INSERT INTO $t (id) VALUES ($i);
			CREATE VIEW v_$t AS SELECT id FROM $t; COMMENT ON TABLE $t IS 'a table'; DROP TABLE $t CASCADE;\n";
	}
	$text .= $look;
}

# Runs it, and returns what the session had in the middle and at the end.
sub command
{
	my ($script, $dbname) = @_;
	unlink $measures;
	ok( IPC::Run::run(
			[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $upstream->connstr($dbname // 'postgres') ],
			'<', \$script, '>', '/dev/null', '2>', '/dev/null'),
		'commands');
	wait_for_follow($downstream);
	return slurp_file($measures) =~ /(\d+)/g;
}

# The server itself remembers of tables that are gone what it had looked up: that is measured where nobody follows.
$upstream->safe_psql('template1', 'CREATE DATABASE plain');
my ($first, $second) = command($text, 'plain');
my $plain = $second > $first ? $second - $first : 0;
note("session that nobody follows, $commands commands: $first kB, then $second kB");
($first, $second) = command($text);
stays("session, $commands commands", $first, $second, $plain);
@before = both();
command($text =~ s/\bt_(\d)_/u_$1_/gr =~ s/\bv_t_/v_u_/gr);
@after = both();
stays("worker, $commands commands", $before[0], $after[0], 2 * $plain);
stays("walsender, $commands commands", $before[1], $after[1], 2 * $plain);
is(worker_pid($downstream), $worker, 'the worker is the same');
is_same($upstream, $downstream, 'at the end');

done_testing();
