# A storm: while clients of the upstream write, change the schema and use savepoints, processes and servers are killed
# at random, connections are cut and stalled, locks are held. After each round both sides are the same, and each
# transaction is there once. PGF_SEED repeats a storm, as far as chance allows; make soak MINUTES=n makes a long one.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Proxy;
use Test::More;
use Time::HiRes qw(time usleep);

my $seed = $ENV{PGF_SEED} // int(rand(1_000_000));
srand($seed);
diag("PGF_SEED=$seed");
my $length = ($ENV{SOAK_MINUTES} || 0.75) * 60;
my $round_seconds = $ENV{SOAK_MINUTES} ? 20 : 12;

my $config = <<'END';
restart_after_crash = on
pg_follower.max_retries = 3
pg_follower.max_restart_interval = 2s
pg_follower.sequence_interval = 1
pg_follower.copy_workers = 3
pg_follower.copy_split_size = 1MB
deadlock_timeout = 200ms
wal_receiver_timeout = 3s
max_connections = 30
END
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $config);
my @nodes = ($upstream, $downstream);
my $proxy = Proxy->new($upstream);

$upstream->safe_psql('postgres', <<'END');
CREATE TABLE ledger (client int, n int);
CREATE TABLE account (id int PRIMARY KEY, balance int, filler text);
INSERT INTO account SELECT g, 0, repeat('x', 80) FROM generate_series(1, 20000) AS g;
CREATE INDEX ON account (balance);
CREATE TABLE keyless (i int, t text);
CREATE SEQUENCE counter;
-- Changes some table's schema. What others are in the way of is rolled back to a savepoint.
CREATE FUNCTION change_schema(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t text := format('changing_%s', n % 10);
BEGIN
    SET LOCAL lock_timeout = '500ms';
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I (id int PRIMARY KEY, v text DEFAULT md5(random()::text))', t);
    EXECUTE format('INSERT INTO %I (id) VALUES (%s) ON CONFLICT DO NOTHING', t, n);
    BEGIN
        CASE n / 10 % 7
            WHEN 0 THEN EXECUTE format('ALTER TABLE %I ADD COLUMN IF NOT EXISTS r float8 DEFAULT random()', t);
            WHEN 1 THEN EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I (v)', t || '_v', t);
            WHEN 2 THEN EXECUTE format('ALTER TABLE %I ALTER v TYPE varchar(%s)', t, 40 + n % 10);
            WHEN 3 THEN EXECUTE format('TRUNCATE %I', t);
            WHEN 4 THEN EXECUTE format('DROP TABLE %I', t);
            WHEN 5 THEN EXECUTE format('ALTER TABLE %I DROP COLUMN IF EXISTS r', t);
            ELSE EXECUTE format('COMMENT ON TABLE %I IS %L', t, n);
        END CASE;
        IF n % 3 = 0 THEN
            RAISE EXCEPTION 'taken back';
        END IF;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
END $$;
END
$downstream->safe_psql('postgres', q{SELECT start_follow('} . $proxy->conninfo('postgres') . q{')});
wait_until($downstream, "SELECT copy_phase = 'done' FROM follower.follow");
wait_for_follow($downstream);

# ------------------------------------------------------------------------------------------------------------- the load

my %scripts = (
	transfer => [ 3, q{\set a random(1, 20000)
		\set b random(1, 20000)
		\set n random(1, 1000000000)
		BEGIN;
		UPDATE account SET balance = balance + 1 WHERE id = :a;
		UPDATE account SET balance = balance - 1 WHERE id = :b;
		INSERT INTO ledger VALUES (:client_id, :n);
		COMMIT;} ],
	savepoints => [ 2, q{\set n random(1, 1000000000)
		BEGIN;
		INSERT INTO ledger VALUES (-1, :n);
		SAVEPOINT a;
		INSERT INTO keyless SELECT :n % 1000, 'taken back' FROM generate_series(1, 5);
		ROLLBACK TO a;
		INSERT INTO keyless SELECT :n % 1000, md5(g::text) FROM generate_series(1, 5) AS g;
		SAVEPOINT b;
		UPDATE keyless SET t = t || '.' WHERE i = :n % 7;
		DELETE FROM keyless WHERE i = :n % 1000 AND :n % 4 = 0;
		RELEASE b;
		SELECT nextval('counter');
		COMMIT;} ],
	schema => [ 1, q{\set n random(1, 1000000)
		BEGIN;
		INSERT INTO ledger VALUES (-2, :n);
		SELECT change_schema(:n);
		COMMIT;
		\sleep 20 ms} ]);
my @files;
for my $name (sort keys %scripts)
{
	my ($clients, $text) = @{ $scripts{$name} };
	my $file = PostgreSQL::Test::Utils::tempdir() . "/$name.sql";
	append_to_file($file, $text =~ s/^\t+//mgr . "\n");
	push @files, [ $clients, $file ];
}

# Processes that run, and their output, which nobody reads.
my @running;

sub run_beside
{
	my (@command) = @_;
	push @running, IPC::Run::start(\@command, '<', \undef, '>', '/dev/null', '2>', '/dev/null');
	return;
}

sub end_running
{
	$_->kill_kill(grace => 0) for @running;
	@running = ();
	return;
}

sub start_load
{
	my ($seconds) = @_;
	run_beside('pgbench', '-n', '-T', $seconds, '-c', $_->[0], '-R', 100 * $_->[0], '-f', $_->[1],
		'-h', $upstream->host, '-p', $upstream->port, '-U', 'postgres', 'postgres')
	  for @files;
	return;
}

sub run_sql
{
	my ($node, $sql) = @_;
	run_beside('psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $sql);
	return;
}

# ----------------------------------------------------------------------------------------------------------- the faults

my %faults;

# Sends a signal to the process that a query finds.
sub signal
{
	my ($signal, $node, $query) = @_;
	my ($status, $pid) = try_psql($node, 'postgres', $query);
	return $status == 0 && $pid =~ /^\d+$/ && kill($signal, $pid);
}

my $any_backend = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
	ORDER BY random() LIMIT 1";
my $sender = 'SELECT pid FROM pg_stat_replication ORDER BY random() LIMIT 1';
my $worker = 'SELECT pid FROM follow_status';
my $copier = "SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'pg_follower copy worker%' LIMIT 1";

# A server comes back; what it left running may be in its way for a moment.
sub start_again
{
	my ($node) = @_;
	for (1 .. 100)
	{
		return 1 if $node->start(fail_ok => 1);
		usleep(200_000);
		# It takes the process that is in the way for the server.
		$node->{_pid} = undef;
	}
	die 'a server does not start again';
}

sub kill_server
{
	my ($node) = @_;
	my $pid = $node->{_pid};
	$node->kill9;
	usleep(50_000) while kill 0, $pid;
	return start_again($node);
}

sub pause { usleep(1000 * (100 + int(rand($_[0])))); return 1; }

# Settings that are so for a moment.
sub with_settings
{
	my ($node, $milliseconds, %settings) = @_;
	my $set = join '', map { "ALTER SYSTEM SET $_ = '$settings{$_}';\n" } sort keys %settings;
	my $reset = join '', map { "ALTER SYSTEM RESET $_;\n" } sort keys %settings;
	try_psql($node, 'postgres', "${set}SELECT pg_reload_conf()");
	pause($milliseconds);
	for (1 .. 200)
	{
		my ($status) = try_psql($node, 'postgres', "${reset}SELECT pg_reload_conf()");
		return 1 if $status == 0;
		usleep(100_000);
	}
	die 'settings could not be taken back';
}

my @kinds = (
	[ 'worker killed', 3, sub { signal('KILL', $downstream, $worker) } ],
	[ 'worker terminated', 3, sub { signal('TERM', $downstream, $worker) } ],
	[ 'walsender killed', 2, sub { signal('KILL', $upstream, $sender) } ],
	[ 'walsender terminated', 3, sub { signal('TERM', $upstream, $sender) } ],
	[ 'upstream backend killed', 2, sub { signal('KILL', $upstream, $any_backend) } ],
	[ 'downstream backend killed', 1, sub { run_sql($downstream, 'SELECT pg_sleep(1)'); pause(100);
		signal('KILL', $downstream, $any_backend) } ],
	[ 'upstream postmaster killed', 1, sub { kill_server($upstream) } ],
	[ 'downstream postmaster killed', 1, sub { kill_server($downstream) } ],
	[ 'upstream stopped at once', 1, sub { $upstream->stop('immediate'); pause(1500); start_again($upstream) } ],
	[ 'downstream stopped at once', 1, sub { $downstream->stop('immediate'); pause(1500); start_again($downstream) } ],
	[ 'downstream restarted', 1, sub { $downstream->stop('fast'); start_again($downstream) } ],
	[ 'connection cut', 4, sub { $proxy->tell('cut'); 1 } ],
	[ 'connection stalled', 2, sub { $proxy->tell('stall'); pause(5000); $proxy->tell('flow'); 1 } ],
	[ 'connection slow', 2, sub { $proxy->tell('slow 20000'); pause(3000); $proxy->tell('flow'); 1 } ],
	[ 'upstream away', 2, sub { $proxy->tell('refuse'); $proxy->tell('cut'); pause(3000); $proxy->tell('flow'); 1 } ],
	[ 'lock held', 2, sub { run_sql($downstream,
		'BEGIN; LOCK account IN SHARE MODE; SELECT pg_sleep(1.5); COMMIT'); 1 } ],
	[ 'deadlock', 2, sub { run_sql($downstream, 'SET deadlock_timeout = 5000; BEGIN; LOCK keyless IN SHARE MODE;
		SELECT pg_sleep(0.6); LOCK account IN SHARE MODE; SELECT pg_sleep(0.3); COMMIT'); 1 } ],
	[ 'downstream timeouts', 1, sub {
		with_settings($downstream, 1500, lock_timeout => '20ms', statement_timeout => '50ms') } ],
	[ 'upstream timeouts', 1, sub {
		with_settings($upstream, 1500, wal_sender_timeout => '300ms', statement_timeout => '50ms') } ],
	[ 'out of connections', 1, sub { run_sql($upstream, 'SELECT pg_sleep(1)') for 1 .. 32; pause(500);
		signal('TERM', $downstream, $worker); pause(1000) } ],
	[ 'stopped and resumed', 2, sub { try_psql($downstream, 'postgres', 'SELECT stop_follow()'); pause(300);
		try_psql($downstream, 'postgres', 'SELECT resume_follow()'); 1 } ],
	[ 'copied anew', 2, sub { try_psql($downstream, 'postgres', q{SELECT refresh_table('account')}); 1 } ],
	[ 'copied anew, copy worker killed', 2, sub { try_psql($downstream, 'postgres', q{SELECT refresh_table('account')});
		pause(500); signal('KILL', $downstream, $copier) } ],
	[ 'checkpoint', 1, sub { try_psql($_, 'postgres', 'CHECKPOINT') for @nodes; 1 } ]);
my @lots = map { my $kind = $_; ($kind) x $kind->[1] } @kinds;

# ----------------------------------------------------------------------------------------------------------- the rounds

# A follow that has failed goes on where the reason is gone; what reasons there were is counted.
my %failures;

sub catch_up
{
	my $limit = time + $PostgreSQL::Test::Utils::timeout_default;
	while (time < $limit)
	{
		my ($status, $out, $err) = try_psql($downstream, 'postgres', "SELECT wait_for_follow('60 s')");
		return if $status == 0 && $out eq 't';
		my ($asked, $error) =
		  try_psql($downstream, 'postgres', "SELECT state || ': ' || last_error FROM follow_status");
		$failures{$1}++ if $asked == 0 && $error =~ /^failed: (.*)/;
		usleep(200_000);
		try_psql($downstream, 'postgres', 'SELECT resume_follow()');
	}
	die "the follow does not go on\n" . follow_status($downstream);
}

my ($rounds, $differences) = (0, 0);
my $began = time;
do
{
	$rounds++;
	my $until = time + $round_seconds;
	start_load($round_seconds);
	while (time < $until)
	{
		usleep(1000 * (200 + int(rand(900))));
		my $kind = $lots[ rand @lots ];
		$faults{ $kind->[0] }++ if $kind->[2]->();
		# Clients that have lost their connection are replaced.
		if (rand(4) < 1)
		{
			wait_for_server($_) for @nodes;
			start_load(int($until - time) + 1) if $until - time > 2 && grep { !$_->pumpable } @running;
		}
	}
	$proxy->tell('flow');
	wait_for_server($_) for @nodes;
	end_running();
	catch_up();
	$differences++ if !is_same($upstream, $downstream, "round $rounds");
	my $sums = 'SELECT count(*), sum(client), sum(n) FROM ledger';
	my ($here, $there) = map { $_->safe_psql('postgres', $sums) } $downstream, $upstream;
	is($here, $there, "round $rounds: each transaction is there once") or $differences++;
	is($downstream->safe_psql('postgres', 'SELECT rows_missing FROM follow_status'),
		'0', "round $rounds: no row was missing");
} while (time - $began < $length);

my $log = join '', map { slurp_file($_->logfile) } @nodes;
is(join(', ', $log =~ /(TRAP: .*|PANIC: .*|terminated by signal (?:4|6|7|8|11)\b.*)/g),
	'', 'nothing has crashed by itself');
is(join(', ', sort keys %failures), '', 'no fault has made the follow fail');
my $total = 0;
$total += $_ for values %faults;
my $transactions = $upstream->safe_psql('postgres', 'SELECT count(*) FROM ledger');
my $summary = join "\n", sprintf('storm of %d s, seed %d: %d rounds, %d transactions, %d faults, %d differences',
		time - $began, $seed, $rounds, $transactions, $total, $differences),
	map { sprintf '%5d %s', $faults{$_}, $_ } sort keys %faults;
diag($summary);
append_to_file("$ENV{PGF_RESULTS}/soak.txt", "$summary\n") if $ENV{PGF_RESULTS};

done_testing();
