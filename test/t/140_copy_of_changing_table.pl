# A table that commands change without a pause cannot be copied in rounds with others: each time it has changed between
# the snapshot and its copy. It is copied nevertheless, while the commands go on.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use IPC::Run ();
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) =
  pgf_pair(preload => 1, config => "pg_follower.copy_split_size = 1MB\npg_follower.copy_workers = 3\n");
$upstream->safe_psql('postgres', <<'SQL');
CREATE SEQUENCE width START 2000;
CREATE TABLE large (id integer PRIMARY KEY, v varchar(1000));
INSERT INTO large SELECT n, md5(n::text) FROM generate_series(1, 30000) AS n;
CREATE TABLE small (id integer PRIMARY KEY, v varchar(1000));
INSERT INTO small SELECT n, md5(n::text) FROM generate_series(1, 100) AS n;
CREATE INDEX ON small (v);
CREATE TYPE label AS ENUM ('low', 'high');
CREATE TABLE labels (id integer PRIMARY KEY, l label, v varchar(1000));
INSERT INTO labels SELECT n, 'low' FROM generate_series(1, 100) AS n;
CREATE TABLE still (id integer PRIMARY KEY, v text);
INSERT INTO still SELECT n, md5(n::text) FROM generate_series(1, 1000) AS n;
SQL

# A client changes each of the tables all the time, but not so fast that the stream falls behind.
my @load;
for my $table ('large', 'small', 'labels')
{
	my $script = "$PostgreSQL::Test::Utils::tmp_check/$table.sql";
	# Wider columns are not written anew. Names of labels are no matter of a table's lock.
	my $command = $table eq 'labels'
	  ? "DO \$\$ BEGIN ALTER TYPE label RENAME VALUE 'low' TO 'x'; ALTER TYPE label RENAME VALUE 'high' TO 'low';
		ALTER TYPE label RENAME VALUE 'x' TO 'high'; END \$\$"
	  : "ALTER TABLE $table ALTER v TYPE varchar(:n)";
	append_to_file($script, <<"SQL");
SELECT nextval('width') AS n \\gset
$command;
UPDATE $table SET v = md5(v) WHERE id = :n % 100;
\\sleep 15 ms
SQL
	my @pgbench = ('pgbench', '-h', $upstream->host, '-p', $upstream->port, '-n', '-T', '3600');
	push @load, IPC::Run::start([ @pgbench, '-f', $script, 'postgres' ], '>', "$script.log", '2>&1');
}

start_follow($downstream, $upstream);
is($downstream->safe_psql('postgres', 'SELECT state FROM follow_status'), 'streaming', 'all is copied');
for my $load (@load)
{
	ok($load->pumpable, 'the commands have gone on all the time');
	$load->signal('INT');
	eval { $load->finish };
}
note("found to be changed, in so many rounds:\n"
	  . $downstream->safe_psql('postgres', 'SELECT relid::regclass, changes FROM follower.followed_table'));
$upstream->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgbench'");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a table that was changed all the time');
is($downstream->safe_psql('postgres', 'SELECT count(*) FROM follower.unsupported'), '0', 'everything followed');

done_testing();
