# alter_follow: another way to the same upstream for a follow that runs, is stopped or tries in vain, and every way that
# leads somewhere else is refused and changes nothing.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
$upstream->safe_psql('postgres', 'CREATE DATABASE other');
$upstream->safe_psql('postgres', 'CREATE ROLE replicator SUPERUSER REPLICATION LOGIN');
start_follow($downstream, $upstream);
my $address = conninfo($upstream);
(my $as_replicator = $address) =~ s/user=postgres/user=replicator/;

# Runs a statement, and returns its errors.
sub message
{
	my ($statement) = @_;
	my ($status, $out, $err) = $downstream->psql('postgres', $statement, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return $err;
}

# Expects a row that is written upstream to arrive.
my $id = 0;
sub goes_on
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	++$id;
	$upstream->safe_psql('postgres', "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); INSERT INTO t VALUES ($id)");
	wait_for_follow($downstream);
	is($downstream->safe_psql('postgres', 'SELECT max(id) FROM t'), $id, $what);
	return;
}

goes_on('the follow runs');
my $pid = worker_pid($downstream);
my $before = $downstream->safe_psql('postgres', 'SELECT f::text FROM follower.follow AS f');

# ------------------------------------------------------------------------------------------------------------- refusals
my $elsewhere = pgf_node('elsewhere');
my $other = conninfo($elsewhere);
like(message("SELECT alter_follow(conninfo => \$\$$other\$\$)"),
	qr/ERROR:\ \ 22023:\ connection\ string\ leads\ to\ another\ server\ than\ follow\ "default"\ follows\n
		DETAIL:\ \ Its\ system\ identifier\ is\ \d+/x,
	'another server');
(my $other_database = $address) =~ s/dbname='postgres'/dbname='other'/;
like(message("SELECT alter_follow(conninfo => \$\$$other_database\$\$)"),
	qr/ERROR:  22023: connection string leads to database "other", but follow "default" follows "postgres"/,
		'another database');
$upstream->backup('copy');
my $copy = new_node('upstream_copy');
$copy->init_from_backup($upstream, 'copy');
$copy->start;
$other = conninfo($copy);
like(message("SELECT alter_follow(conninfo => \$\$$other\$\$)"),
	qr/ERROR:  42704: replication slot "\w+" does not exist there\nDETAIL:  The server is a copy/,
		'a copy of the upstream');
$copy->stop;
like(message("SELECT alter_follow(conninfo => 'host=/nowhere')"), qr/ERROR:  08006: could not connect to the upstream/,
	'nobody there');
like(message("SELECT alter_follow(conninfo => 'nonsense')"), qr/ERROR:  42601: invalid connection string syntax/,
	'nonsense');
like(message("SELECT alter_follow(origin => 'some')"), qr/ERROR:  22023: invalid origin "some"/,
	'an origin that does not exist');
like(message("SELECT alter_follow('nothing')"), qr/ERROR:  42704: follow "nothing" does not exist/,
	'a follow that does not exist');
my $as_nobody = 'CREATE ROLE nobody; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO nobody; SET ROLE nobody';
like(message("$as_nobody; SELECT alter_follow()"),
	qr/ERROR:  42501: must be superuser to call alter_follow\(\)/, 'not a superuser');
is($downstream->safe_psql('postgres',
	'SELECT f::text FROM follower.follow AS f'), $before, 'nothing of that changes the follow');
is(worker_pid($downstream), $pid, 'nor disturbs its worker');

# ------------------------------------------------------------------------------------------------------------ a new way
my $user = "SELECT usename FROM pg_stat_replication WHERE application_name = 'pg_follower worker'";
$downstream->safe_psql('postgres', "SELECT alter_follow(conninfo => \$\$$as_replicator\$\$)");
goes_on('a running follow goes on');
is($upstream->safe_psql('postgres', $user), 'replicator', 'over the new connection');
is($downstream->safe_psql('postgres', "SELECT upstream ~ 'user=replicator' FROM follow_status"), 't',
	'which follow_status shows');

$downstream->safe_psql('postgres', "BEGIN; SELECT alter_follow(conninfo => \$\$$address\$\$); ROLLBACK");
goes_on('a call that is rolled back leaves the follow running');
is($upstream->safe_psql('postgres', $user), 'replicator', 'over the old connection');

$downstream->safe_psql('postgres', "SELECT stop_follow(); SELECT alter_follow(conninfo => \$\$$address\$\$)");
is($downstream->safe_psql('postgres', 'SELECT state FROM follow_status'), 'stopped', 'a stopped follow stays stopped');
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
goes_on('and takes the new way when it is resumed');
is($upstream->safe_psql('postgres', $user), 'postgres', 'as the role that it names');

# The address of the upstream has changed.
my $port = $upstream->port;
$upstream->stop;
my $moved = PostgreSQL::Test::Cluster::get_free_port();
$upstream->append_conf('postgresql.conf', "port = $moved\n");
$upstream->{_port} = $moved;
$upstream->start;
wait_until($downstream, "SELECT state = 'retrying' FROM follow_status");
$address =~ s/port=$port/port=$moved/;
$downstream->safe_psql('postgres', "SELECT alter_follow(conninfo => \$\$$address\$\$, origin => 'none')");
goes_on('a follow that tried in vain goes on');
is($downstream->safe_psql('postgres', 'SELECT upstream_origins FROM follower.follow'), 'none', 'with the new origin');

done_testing();
