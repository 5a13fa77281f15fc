# last_error holds what libpq says of a connection that could not be made, with a hint only where there is one, and
# never a password; and an error that is over is told apart from one that is not.
use strict;
use warnings;

use IO::Socket::INET;
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
$upstream->safe_psql('postgres', q{CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'opensesame'});
my $hba = slurp_file($upstream->data_dir . '/pg_hba.conf');

# Gives the upstream these first lines of pg_hba.conf.
sub let_in
{
	my ($lines) = @_;
	unlink $upstream->data_dir . '/pg_hba.conf';
	append_to_file($upstream->data_dir . '/pg_hba.conf', $lines . $hba);
	$upstream->reload;
	return;
}

let_in("local all replicator scram-sha-256\n");
(my $conninfo = conninfo($upstream)) =~ s/user=postgres/user=replicator password=opensesame/;
$downstream->safe_psql('postgres', "SELECT start_follow(\$\$$conninfo\$\$, copy_data => false)");
$upstream->safe_psql('postgres', 'CREATE TABLE t (i int PRIMARY KEY)');
wait_for_follow($downstream);

sub down { return $downstream->safe_psql('postgres', shift) }
my $unresolved = 'last_error_resolved_at IS NULL';
my $resolved = 'last_error_resolved_at >= last_error_at';

# Ends the worker's connection.
sub disconnect
{
	$upstream->safe_psql('postgres', 'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active');
	return;
}

# ------------------------------------------------------------------------------------------- errors of the connection
is(down("SELECT last_error IS NULL AND $unresolved FROM follow_status"), 't', 'no error at first');
$upstream->stop;
wait_until($downstream,
	"SELECT state = 'retrying' AND $unresolved
		AND last_error LIKE 'could not connect to the upstream: connection to server on socket%' FROM follow_status");
is(down('SELECT last_error_hint IS NULL AND last_error_detail IS NULL FROM follow_status'), 't',
	'no hint for a server that is not there');
$upstream->start;
wait_until($downstream, "SELECT state = 'streaming' AND $resolved FROM follow_status");
like(down('SELECT last_error FROM follow_status'), qr/^could not connect/,
	'the error is over, and stays to be seen, with nothing to apply');

$upstream->safe_psql('postgres', q{ALTER ROLE replicator PASSWORD 'abracadabra'});
disconnect();
wait_until($downstream,
	"SELECT last_error LIKE '%password authentication failed for user \"replicator\"%' AND $unresolved
		FROM follow_status");
is(down('SELECT last_error_hint FROM follow_status'), '', 'no hint for a wrong password');
unlike(down('SELECT s FROM follow_status AS s'), qr/opensesame/, 'which is not shown');
unlike(slurp_file($downstream->logfile), qr/(ERROR|DETAIL|HINT|CONTEXT):.*opensesame/, 'nor logged');
let_in("local all replicator reject\n");
wait_until($downstream, "SELECT last_error LIKE '%pg_hba.conf%' AND $unresolved FROM follow_status");
like(down('SELECT last_error_hint FROM follow_status'), qr/^pg_hba.conf of the upstream must let the role connect/,
	'the hint where pg_hba.conf refuses');
let_in('');
wait_until($downstream, "SELECT $resolved FROM follow_status");
$upstream->safe_psql('postgres', 'ALTER ROLE replicator NOREPLICATION');
disconnect();
wait_until($downstream,
	"SELECT last_error_hint = 'Give the role of the connection the attribute: ALTER ROLE ... REPLICATION.'
		FROM follow_status");
$upstream->safe_psql('postgres', 'ALTER ROLE replicator REPLICATION');
wait_until($downstream, "SELECT $resolved FROM follow_status");
$downstream->psql('postgres', q{SELECT start_follow('service=nothing', 'second')}, stderr => \my $message);
like($message, qr/could not connect to the upstream: .*service/, 'a missing service');
unlike($message, qr/HINT/, 'has no hint');

# A pooler that knows no replication, such as PgBouncer before 1.23.
my $pooler = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Proto => 'tcp') or die "could not listen: $!";
my $serves = fork();
if (!$serves)
{
	while (my $client = $pooler->accept)
	{
		# The first packet, of which nothing matters here, has its length at its beginning.
		$client->read(my $length, 4);
		$client->read(my $startup, unpack('N', $length) - 4);
		my $error = "SFATAL\0C08P01\0Munsupported startup parameter: replication\0\0";
		$client->print('E', pack('N', length($error) + 4), $error);
		$client->close;
	}
	exit 0;
}
$downstream->psql('postgres',
	q{SELECT start_follow(
		'host=127.0.0.1 port=} . $pooler->sockport . q{ dbname=x sslmode=disable gssencmode=disable', 'second')},
	stderr => \$message);
kill 'KILL', $serves;
waitpid $serves, 0;
like($message, qr/could not connect to the upstream: .*unsupported startup parameter: replication/,
	'a pooler that knows no replication');
like($message, qr/\nHINT:  The connection leads to a pooler/,
	'the hint for PgBouncer');

# -------------------------------------------------------------------------------------------- errors of a transaction
down('INSERT INTO t VALUES (2)');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (1)');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (2)');
wait_until($downstream,
	"SELECT state = 'failed' AND last_error LIKE 'duplicate key%' AND $unresolved FROM follow_status");
down('SELECT resume_follow()');
wait_until($downstream, "SELECT state = 'failed' AND $unresolved FROM follow_status");
my $locker = $downstream->background_psql('postgres', on_error_stop => 1);
$locker->query_safe('BEGIN; DELETE FROM t WHERE i = 2');
down('SELECT resume_follow()');
wait_until($downstream, 'SELECT blocked_by IS NOT NULL FROM follow_status');
is(down("SELECT state, $unresolved FROM follow_status"), 'streaming|t',
	'while the transaction is applied again the error is not over');
$locker->query_safe('COMMIT');
$locker->quit;
wait_for_follow($downstream);
is(down("SELECT last_error LIKE 'duplicate key%' AND $resolved FROM follow_status"), 't',
	'it is over when the transaction is here');
my $when = down('SELECT last_error_resolved_at FROM follow_status');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (3)');
wait_for_follow($downstream);
is(down('SELECT last_error_resolved_at FROM follow_status'), $when, 'and the time of that stays');
down('SELECT stop_follow(); SELECT resume_follow()');
wait_for_follow($downstream);
is(down('SELECT last_error_resolved_at FROM follow_status'), $when, 'also over a stop');

done_testing();
