# Every error that start_follow can find beforehand: a plain ERROR with SQLSTATE, detail and hint, and nothing made.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream', config => "max_replication_slots = 3\n");
my $replica = pgf_node('replica', config => "wal_level = replica\n");
my $downstream = pgf_node('downstream', config => "$origin_limit = 2\nmax_worker_processes = 3\n");
my $up = conninfo($upstream);

# Expects start_follow with these arguments to be refused, with the SQLSTATE and a message, detail and hint like these,
# and to leave nothing behind on either side.
sub refused
{
	my ($arguments, $state, $pattern, $what, %opt) = @_;
	my $node = $opt{node} // $downstream;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = $node->psql($opt{dbname} // 'postgres',
		($opt{before} // '') . "SELECT start_follow($arguments)",
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/ERROR:  $state: $pattern/s, $what);
	is( $downstream->safe_psql('postgres', 'SELECT count(*) FROM follow_status'),
		$opt{follows} // '0',
		"$what: no follow is made"
	);
	is(
		$upstream->safe_psql(
			'postgres', "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'pg_follower%'"
		),
		$opt{follows} // '0',
		"$what: no slot is made");
}

# ------------------------------------------------------------------------------------------------------------ arguments
refused("NULL", '22004', 'conninfo must not be null', 'no connection string');
refused("'host=x', NULL", '22004', 'follow_name must not be null', 'no name');
refused("'host=x', copy_data => NULL", '22004', 'copy_data must not be null', 'no copy_data');
refused("'this is nonsense'", '42601', 'invalid connection string syntax', 'bad connection string');
refused(
	"'host=/nowhere port=1'",
	'08006',
	'could not connect to the upstream: connection to server on socket "/nowhere[^"]*" failed: (?!.*HINT)',
	'upstream unreachable'
);
refused(
	"\$\$" . conninfo($upstream, 'nothing') . "\$\$",
	'08006',
	'could not connect to the upstream: .*database "nothing" does not exist(?!.*HINT)',
	'no such database'
);
refused(
	"\$\$$up\$\$", '42501',
	'must be superuser to call start_follow',
	'not a superuser',
	before => 'CREATE ROLE plain; GRANT EXECUTE ON FUNCTION start_follow TO plain; SET ROLE plain; '
);

# ------------------------------------------------------------------------------------------------------------- upstream
refused(
	"\$\$" . conninfo($replica) . "\$\$", '55000',
	'wal_level of the upstream is "replica", but must be "logical".*HINT:  Set wal_level = logical', 'wal_level'
);
$upstream->safe_psql('postgres', 'CREATE DATABASE bare');
refused("\$\$" . conninfo($upstream, 'bare') . "\$\$",
	'55000', 'database "bare" of the upstream does not have the extension "pg_follower".*HINT:  Run CREATE EXTENSION',
	'extension missing');
$upstream->safe_psql('bare', 'CREATE EXTENSION pg_follower');
$upstream->safe_psql('bare', "UPDATE pg_extension SET extversion = '0.1' WHERE extname = 'pg_follower'");
refused("\$\$" . conninfo($upstream, 'bare') . "\$\$",
	'55000', 'extension "pg_follower" has version 0.1 on the upstream, but version 1.0 here.*HINT:  Install the same',
	'extension of another version');
$upstream->safe_psql('postgres', 'CREATE ROLE reader LOGIN');
(my $as_reader = $up) =~ s/user=postgres/user=reader/;
refused(
	"\$\$$as_reader\$\$", '08006',
	'could not connect to the upstream: .*HINT:  Give the role of the connection the attribute: ALTER ROLE',
	'no REPLICATION'
);
$upstream->safe_psql('postgres',
	"SELECT pg_create_physical_replication_slot('a'), pg_create_physical_replication_slot('b')");
refused(
	"\$\$$up\$\$", '53400',
	'no replication slot of the upstream is free.*DETAIL:  2 of 3 are in use, and 2 are needed.*HINT:  Raise max_repl'
	  . 'ication_slots',
	'no slot upstream'
);
$upstream->safe_psql('postgres', "SELECT pg_drop_replication_slot('a'), pg_drop_replication_slot('b')");

SKIP:
{
	my $list = $upstream->safe_psql('postgres', "SELECT current_setting('output_plugin_libraries', true)");
	skip 'this server keeps no list of output plugins', 4 if $list eq '';
	$upstream->append_conf('postgresql.conf', "output_plugin_libraries = 'pgoutput'\n");
	$upstream->reload;
	$upstream->safe_psql('postgres', 'CREATE ROLE sender LOGIN REPLICATION');
	(my $as_sender = $up) =~ s/user=postgres/user=sender/;
	refused("\$\$$as_sender\$\$, copy_data => false",
		'55000',
		"upstream does not allow the output plugin \"pg_follower\".*HINT:  Add pg_follower to "
		  . ".*output_plugin_libraries = 'pgoutput, test_decoding, pg_follower'",
		'output plugin not allowed');
	# A superuser allows it for the connection.
	$downstream->safe_psql('postgres', "SELECT start_follow(\$\$$up\$\$, 'allowed', copy_data => false)");
	$downstream->safe_psql('postgres', "SELECT drop_follow('allowed')");
	$upstream->append_conf('postgresql.conf', "output_plugin_libraries = '$list'\n");
	$upstream->reload;
	ok(1, 'a superuser allows the output plugin for itself');
}

# ----------------------------------------------------------------------------------------------------------- downstream
my $self = conninfo($downstream);
refused("\$\$$self\$\$", '22023', 'a database cannot follow itself.*DETAIL:', 'following itself');

$downstream->safe_psql('postgres', "SELECT start_follow(\$\$$up\$\$, copy_data => false)");
refused(
	"\$\$$up\$\$", '42710',
	'follow "default" already exists.*HINT:  Give the new follow another name',
	'a follow of that name',
	follows => '1'
);
$downstream->safe_psql('postgres',
	"SELECT pg_replication_origin_create('x'), pg_replication_origin_advance('x', '0/1')");
refused(
	"\$\$$up\$\$, 'third'",
	'53400',
	"no place for another replication origin is free.*DETAIL:  All 2 are in use.*HINT:  Raise $origin_limit",
	'no origin downstream',
	follows => '1'
);
$downstream->safe_psql('postgres', "SELECT pg_replication_origin_drop('x')");

# Of two worker processes the server's own launcher of logical replication takes one.
$downstream->safe_psql('postgres', "SELECT start_follow(\$\$$up\$\$, 'second', copy_data => false)");
$downstream->safe_psql('postgres', "SELECT stop_follow('second')");
$downstream->append_conf('postgresql.conf', "max_worker_processes = 2\n$origin_limit = 4\n");
$downstream->restart;
$upstream->append_conf('postgresql.conf', "max_replication_slots = 4\n");
$upstream->restart;
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
refused(
	"\$\$$up\$\$, 'third'",
	'53400',
	'no background worker slot is free.*HINT:  Raise max_worker_processes',
	'no background worker',
	follows => '2'
);
my ($status, $out, $err) = $downstream->psql('postgres', "SELECT resume_follow('second')");
like($err, qr/no background worker slot is free/, 'nor does resume_follow find one');
is( $downstream->safe_psql('postgres', "SELECT state FROM follow_status WHERE follow_name = 'second'"),
	'stopped',
	'which leaves the follow stopped');

# ---------------------------------------------------------------------------------------------- databases of one server
my $both = pgf_node('both');
$both->safe_psql('postgres', 'CREATE DATABASE source');
$both->safe_psql('source', 'CREATE EXTENSION pg_follower');
my $source = conninfo($both, 'source');
refused("\$\$$source\$\$, copy_data => false", '25001',
	'cannot start to follow a database of the same server in a transaction that has made changes.*HINT:',
	'a transaction with changes', node => $both, before => 'BEGIN; CREATE TABLE changed (id int); ', follows => '2');
start_follow($both, $both, upstream_dbname => 'source');
$both->safe_psql('source', 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
wait_for_follow($both);
is($both->safe_psql('postgres', 'SELECT count(*) FROM t'), '1', 'a database of the same server can be followed');

# A start that waits for an old transaction upstream can be cancelled, and leaves nothing.
my $old = $upstream->background_psql('postgres');
$old->query_safe('BEGIN; CREATE TABLE old (id int)');
($status, $out, $err) =
  $both->psql('postgres', "SET statement_timeout = '1s'; SELECT start_follow(\$\$$up\$\$, 'late', copy_data => false)");
like(
	$err,
	qr/canceling statement due to statement timeout/,
	'start_follow that waits for a transaction can be cancelled'
);
wait_until($upstream, "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pg_follower worker late'");
$old->query_safe('ROLLBACK');
$old->quit;
is($upstream->safe_psql('postgres', 'SELECT count(*) FROM pg_replication_slots'), '2', 'the slot is not made later');
is($both->safe_psql('postgres', 'SELECT count(*) FROM follow_status'), '1', 'and leaves nothing');

done_testing();
