# At each point of include/pg_follower/failpoints.hpp a process is killed, meets an error, or sleeps: both sides are the
# same afterwards, and each upstream transaction is there once. It takes a library that has these points (make
# check-failpoints). POINTS="NAME ..." (wildcards allowed) goes through some of them.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $config = <<'END';
restart_after_crash = on
pg_follower.max_retries = 3
pg_follower.copy_workers = 3
pg_follower.copy_split_size = 1MB
pg_follower.sequence_interval = 1
pg_follower.roles = all
END
my $downstream = pgf_node('downstream', preload => 1, config => $config);
$downstream->safe_psql('postgres', 'CREATE DATABASE tools');
my ($status, $out, $err) = $downstream->psql('tools',
	q{CREATE FUNCTION failpoints(OUT name text, OUT server text, OUT step text) RETURNS SETOF record LANGUAGE c
		AS '$libdir/pg_follower', 'pg_follower_failpoints'});
plan skip_all => 'the library was built without failpoints; make check-failpoints builds one with them'
  if $status != 0 && $err =~ /could not find function/;
die $err if $status != 0;
my $upstream = pgf_node('upstream', preload => 1, config => $config);
my @nodes = ($upstream, $downstream);

# ----------------------------------------------------------------------------------------------------- arming, patience

my %folders = map { $_->name => $_->data_dir . '/pg_follower_failpoints' } @nodes;
for my $folder (values %folders) { mkdir $folder or die "could not make $folder: $!"; }

sub arm
{
	my ($point, $action) = @_;
	my $file = "$folders{ $point->{server} }/$point->{name}";
	unlink($file, has_fired_file($point));
	append_to_file("$file.new", "$action\n");
	rename("$file.new", $file) or die "could not arm $file: $!";
	return;
}

sub has_fired_file { my ($point) = @_; return "$folders{ $point->{server} }/done_$point->{name}"; }

sub has_fired { my ($point) = @_; return -e has_fired_file($point); }

sub disarm { my ($point) = @_; return unlink("$folders{ $point->{server} }/$point->{name}"); }

# Runs `sql` until `done` is true, which is asked before each try. What was running when a server crashed may or may not
# have been done.
sub persist
{
	my ($node, $dbname, $done, $sql) = @_;
	my $problem = '';
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while (time < $end)
	{
		my ($status, $out, $err) = try_psql($node, $dbname, $done);
		return if $status == 0 && $out eq 't';
		if ($status == 0)
		{
			(undef, undef, $problem) = try_psql($node, $dbname, $sql);
			next if $problem eq '';
		}
		wait_for_server($_) for @nodes;
		usleep(50_000);
	}
	die "\"$sql\" did not succeed: $problem";
}

# --------------------------------------------------------------------------------------------------------- transactions

# The number of the last transaction. Each enters its number into a table that has no key, and so shows what is missing
# and what came twice.
my $number = 0;

sub transaction
{
	my ($dbname, $sql) = @_;
	$number++;
	persist($upstream, $dbname, "SELECT EXISTS (SELECT FROM ledger WHERE n = $number)",
		"BEGIN; INSERT INTO ledger VALUES ($number); $sql; COMMIT");
	return;
}

# What passes each point of the stream and of the capture of commands.
sub work
{
	my ($dbname) = @_;
	my $id = $number;
	transaction($dbname, "INSERT INTO keyed SELECT $id * 1000 + g, 'x' FROM generate_series(1, 30) AS g");
	transaction($dbname, "UPDATE keyed SET v = '$id'; DELETE FROM keyed WHERE id % 7 = 0");
	transaction($dbname, "TRUNCATE emptied; INSERT INTO emptied VALUES ($id)");
	transaction($dbname, "CREATE TABLE made_$id (a int PRIMARY KEY, b text DEFAULT 'b');
		INSERT INTO made_$id VALUES (1)");
	transaction($dbname, "ALTER TABLE made_$id ADD c float8 DEFAULT random(), ALTER b TYPE varchar(20)");
	transaction($dbname, "CREATE TABLE from_$id AS SELECT random() AS r");
	transaction($dbname, "DROP TABLE made_$id");
	transaction($dbname, "CREATE ROLE role_$id");
	transaction($dbname, "CREATE TYPE pg_temp.passing AS ENUM ('x');
		CREATE TABLE lasting_$id (i int, m pg_temp.passing)");
	return;
}

my $schema = <<'END';
CREATE TABLE ledger (n int);
CREATE TABLE keyed (id int PRIMARY KEY, v text);
CREATE TABLE emptied (i int);
CREATE TABLE large (id int PRIMARY KEY, t text);
CREATE INDEX ON large (t);
INSERT INTO large SELECT g, repeat(md5(g::text), 5) FROM generate_series(1, 20000) AS g;
CREATE SEQUENCE counter;
END

# Both databases are the same in the end, and every transaction is there once.
sub check
{
	my ($what, $up, $down) = @_;
	wait_for_server($_) for @nodes;
	# An error that was tried too often, or a worker that was killed with its server, is nobody's loss.
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while (time < $end)
	{
		my ($status, $out, $err) = try_psql($downstream, $down, "SELECT wait_for_follow('60 s')");
		last if $status == 0 && $out eq 't';
		wait_for_server($_) for @nodes;
		usleep(100_000);
		try_psql($downstream, $down, 'SELECT resume_follow()') if $err =~ /has failed/;
	}
	is_same($upstream, $downstream, $what, dbname => $down, upstream_dbname => $up);
	my $count = 'SELECT count(*), count(DISTINCT n) FROM ledger';
	is($downstream->safe_psql($down, $count), $upstream->safe_psql($up, $count), "$what: transactions are there once");
	return;
}

# ------------------------------------------------------------------------------------------------------------ the steps

my $databases = 0;

sub new_database
{
	my ($node) = @_;
	my $name = 'd' . ++$databases;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE EXTENSION pg_follower');
	return $name;
}

sub follow_anew
{
	my ($up, $down, $options) = @_;
	persist($downstream, $down, 'SELECT EXISTS (SELECT FROM follower.follow)',
		"SELECT start_follow('" . conninfo($upstream, $up) =~ s/'/''/gr . "'$options)");
	return;
}

sub end_follow
{
	my ($down) = @_;
	persist($downstream, $down, 'SELECT NOT EXISTS (SELECT FROM follower.follow)', 'SELECT drop_follow()');
	return;
}

my $state = "SELECT state = 'stopped' FROM follow_status";

sub stop { persist($downstream, 'postgres', $state, 'SELECT stop_follow()'); return; }

sub resume { persist($downstream, 'postgres', "SELECT NOT ($state)", 'SELECT resume_follow()'); return; }

# What reaches a point, and what it leaves behind.
my %steps = (
	start => sub {
		my ($what) = @_;
		my ($up, $down) = (new_database($upstream), new_database($downstream));
		follow_anew($up, $down, ', copy_data => false');
		persist($upstream, $up, "SELECT to_regclass('counter') IS NOT NULL", "BEGIN; $schema COMMIT");
		transaction($up, 'INSERT INTO keyed VALUES (1)');
		check($what, $up, $down);
		end_follow($down);
	},
	copy => sub {
		my ($what) = @_;
		my $down = new_database($downstream);
		follow_anew('postgres', $down, '');
		transaction('postgres', "INSERT INTO keyed VALUES (-$number, 'x')");
		check($what, 'postgres', $down);
		end_follow($down);
	},
	drop => sub {
		my ($what, $point) = @_;
		disarm($point);
		my $down = new_database($downstream);
		follow_anew('postgres', $down, '');
		check("$what, before", 'postgres', $down);
		arm($point, $what =~ s/.*: //r);
		end_follow($down);
		wait_for_server($_) for @nodes;
		is($downstream->safe_psql($down, q{SELECT count(*) FROM pg_replication_origin, pg_database
			WHERE datname = current_database() AND roname LIKE '%\_' || pg_database.oid || '\_%'}),
			'0', "$what: no origin is left");
		is($upstream->safe_psql('postgres', "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE '%$down%'"),
			'0', "$what: no slot is left");
	},
	stream => sub { my ($what) = @_; work('postgres'); check($what, 'postgres', 'postgres'); },
	stop => sub {
		my ($what) = @_;
		stop();
		work('postgres');
		resume();
		check($what, 'postgres', 'postgres');
	},
	resume => sub {
		my ($what, $point) = @_;
		disarm($point);
		stop();
		work('postgres');
		arm($point, $what =~ s/.*: //r);
		resume();
		check($what, 'postgres', 'postgres');
	},
	refresh => sub {
		my ($what) = @_;
		my $xmin = $downstream->safe_psql('postgres', 'SELECT max(xmin::text::bigint) FROM keyed');
		persist($downstream, 'postgres', "SELECT EXISTS (SELECT FROM follower.followed_table
			WHERE relid = 'keyed'::regclass AND state <> 'following')
				OR $xmin < (SELECT max(xmin::text::bigint) FROM keyed)",
			"SELECT refresh_table('keyed')");
		transaction('postgres', "INSERT INTO keyed VALUES (-$number, 'x')");
		check($what, 'postgres', 'postgres');
	},
	sequences => sub {
		my ($what) = @_;
		persist($upstream, 'postgres', "SELECT EXISTS (SELECT FROM ledger WHERE n = $number + 1)",
			"BEGIN; SELECT nextval('counter'); SELECT lo_from_bytea(0, 'large object');
			INSERT INTO ledger VALUES ($number + 1); COMMIT");
		$number++;
		check($what, 'postgres', 'postgres');
		my $values = q{SELECT (SELECT last_value FROM counter),
			(SELECT string_agg(encode(lo_get(oid), 'escape'), ',') FROM pg_largeobject_metadata)};
		is($downstream->safe_psql('postgres', $values), $upstream->safe_psql('postgres', $values),
			"$what: sequences and large objects are the same");
	},
	failure => sub {
		my ($what) = @_;
		my $id = -1_000_000 - $number;
		$downstream->safe_psql('postgres', "INSERT INTO keyed VALUES ($id, 'local')");
		transaction('postgres', "INSERT INTO keyed VALUES ($id, 'x')");
		$downstream->poll_query_until('postgres', "SELECT state IN ('failed', 'retrying')
			AND last_error LIKE '%duplicate%' FROM follow_status") or die 'the follow has met no error';
		wait_for_server($_) for @nodes;
		persist($downstream, 'postgres', "SELECT NOT EXISTS (SELECT FROM keyed WHERE id = $id AND v = 'local')",
			"DELETE FROM keyed WHERE id = $id AND v = 'local'");
		try_psql($downstream, 'postgres', 'SELECT resume_follow()');
		check($what, 'postgres', 'postgres');
	});

# ------------------------------------------------------------------------------------------------------------- the list

$upstream->safe_psql('postgres', $schema);
start_follow($downstream, $upstream);
check('before', 'postgres', 'postgres');

my $patterns = join '|', map { quotemeta($_) =~ s/\\\*/.*/gr } split ' ', $ENV{POINTS} || '*';
for my $line (split /\n/, $downstream->safe_psql('tools', 'SELECT name, server, step FROM failpoints()'))
{
	my %point;
	@point{qw(name server step)} = split /\|/, $line;
	next if $point{name} !~ /^(?:$patterns)$/;
	my $step = $steps{ $point{step} } // die "no step is named \"$point{step}\"";
	for my $action (qw(kill error sleep))
	{
		my $what = "$point{name}: $action";
		arm(\%point, $action);
		$step->($what, \%point);
		ok(has_fired(\%point), "$what: the point was reached");
		disarm(\%point);
	}
}

# A start that was killed behind the making of its slot leaves the slot; nothing else is left.
is($upstream->safe_psql('postgres', q{SELECT count(*) FROM pg_replication_slots
	WHERE database = 'postgres' AND active}), '1', 'the follow has the only slot in use');
my $signals = join "\n", map { slurp_file($_->logfile) =~ /terminated by signal (?!9:)(\d+)|TRAP:|PANIC/g } @nodes;
is($signals, '', 'no process has crashed by itself');

done_testing();
