# Commands of two sessions that wait for the same table run one after the other, as they do where nobody follows: what
# the library looks at before a command must not keep another command from the table.
use strict;
use warnings;

use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE t (id integer PRIMARY KEY, v varchar(10), n integer);
CREATE TABLE part (id integer, v varchar(10)) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE INDEX t_n ON t (n);
SQL
start_follow($downstream, $upstream);

my $waits = q{SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres' AND wait_event_type = 'Lock'};
for my $case (
	[ 't', 'ALTER TABLE t ALTER v TYPE varchar(%d)' ],
	[ 't', 'ALTER TABLE t ADD c%d integer DEFAULT 1' ],
	[ 'part', 'ALTER TABLE part ALTER v TYPE varchar(%d)' ],
	[ 'part_1', 'ALTER TABLE part ADD c%d integer DEFAULT 1' ],
	[ 'm', 'REFRESH MATERIALIZED VIEW m' ],
	[ 't', 'TRUNCATE t' ],
	[ 't', 'CLUSTER t USING t_pkey' ],
	[ 't', 'DROP INDEX IF EXISTS t_n' ],
	[ 't', 'REINDEX TABLE t' ],
	[ 't', 'ALTER TABLE t RENAME n TO n%d; ALTER TABLE t RENAME n%1$d TO n' ],
	[ 't', 'CREATE TRIGGER t%d BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()' ],
	[ 't', 'ALTER TABLE t ADD CHECK (n > %d), REPLICA IDENTITY FULL' ])
{
	my ($table, $command) = @$case;
	my $first = $upstream->background_psql('postgres');
	# Nobody can look at the table now.
	$first->query_safe($table eq 'm' ? 'BEGIN; REFRESH MATERIALIZED VIEW m' : "BEGIN; LOCK TABLE $table");
	my (@sessions, @errors);
	for my $number (100, 200)
	{
		my $errors = '';
		push @errors, \$errors;
		push @sessions,
		  IPC::Run::start(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $upstream->connstr('postgres'),
				'-c', "SET client_min_messages = error; " . sprintf($command, $number) ],
			'>', '/dev/null', '2>', \$errors);
	}
	wait_until($upstream, $waits, '2');
	$first->query_safe('COMMIT');
	$first->quit;
	$_->finish for @sessions;
	is(join('', map { $$_ } @errors), '', "two sessions: $command");
}
wait_for_follow($downstream);
is_same($upstream, $downstream, 'all of it follows');

done_testing();
