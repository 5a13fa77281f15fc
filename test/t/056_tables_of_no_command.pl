# Tables that no event trigger has seen being made, as C code can make them, and anybody in single-user mode. One that
# its transaction drops again is nothing to the downstream; one that stays is missing there, which stops the follow.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);
$upstream->safe_psql('postgres', 'CREATE TABLE kept (id int PRIMARY KEY, text text)');
start_follow($downstream, $upstream);

# Runs statements where event triggers do not fire, a line each, and starts the server again.
sub in_single_user_mode
{
	my ($statements) = @_;
	$upstream->stop;
	my ($out, $err);
	my $server = $upstream->config_data('--bindir') . '/postgres';
	IPC::Run::run([ $server, '--single', '-D', $upstream->data_dir, 'postgres' ],
		'<', \$statements, '>', \$out, '2>', \$err);
	unlike($err, qr/ERROR|FATAL|PANIC/, 'the statements run in single-user mode') or diag($err);
	$upstream->start;
}

in_single_user_mode(<<'SQL');
BEGIN
CREATE TABLE passing (id int PRIMARY KEY, text text)
INSERT INTO passing SELECT n, repeat(md5(n::text), 1000) FROM generate_series(1, 100) AS n
INSERT INTO kept VALUES (1, 'beside a table that passes')
ALTER TABLE passing ADD COLUMN more int
UPDATE passing SET more = id
LOCK TABLE passing
DROP TABLE passing
INSERT INTO kept VALUES (2, 'after it')
COMMIT
BEGIN
SAVEPOINT a
CREATE TABLE passing (id int)
INSERT INTO passing VALUES (1)
RELEASE a
SAVEPOINT b
INSERT INTO passing VALUES (2)
INSERT INTO kept VALUES (3, 'in a subtransaction')
DROP TABLE passing
RELEASE b
COMMIT
SQL
wait_for_follow($downstream);
is_same($upstream, $downstream, 'tables that their transactions drop leave nothing behind');
is($downstream->safe_psql('postgres', 'SELECT state, unsupported, rows_missing FROM follow_status'), 'streaming|0|0',
	'and the follow goes on');

# A drop that is rolled back, and one by a later transaction, leave a table whose rows count.
in_single_user_mode(<<'SQL');
BEGIN
CREATE TABLE staying (id int)
SAVEPOINT a
DROP TABLE staying
ROLLBACK TO a
INSERT INTO staying VALUES (1)
COMMIT
DROP TABLE staying
SQL
wait_until($downstream, q{SELECT state = 'failed' FROM follow_status});
is($downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status'),
	'table "public.staying" does not exist on this server', 'a table that stays is missing downstream');
done_testing();
