# The names of slots and the log tell follows apart, and a database that follows is not dropped by mistake.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream');
my $downstream = pgf_node('downstream', preload => 1);
my $address = conninfo($upstream);

# Starts a follow in a new database, and returns its slot's name.
sub follow_in
{
	my ($database, $follow) = @_;
	$downstream->safe_psql('postgres', qq{CREATE DATABASE "$database"});
	$downstream->safe_psql($database, 'CREATE EXTENSION pg_follower');
	$downstream->safe_psql($database, qq{SELECT start_follow(\$\$$address\$\$, '$follow')});
	return $downstream->safe_psql($database, 'SELECT slot_name FROM follow_status');
}

# ---------------------------------------------------------------------------------------------------------------- names
like(follow_in('shop', 'default'), qr/^pg_follower_shop_default_[0-9a-f]{8}$/,
	'a slot is named after database and follow');
like(follow_in('Büro 2', 'From A'), qr/^pg_follower_b__ro_2_from_a_[0-9a-f]{8}$/, 'names with other characters');
my $slot = follow_in('d' x 63, 'f' x 63);
like($slot, qr/^pg_follower_d{20}_f{21}_[0-9a-f]{8}$/, 'long names');
is(length $slot, 63, 'as far as they fit');
like(follow_in('e' x 63, 'short'), qr/^pg_follower_e{36}_short_[0-9a-f]{8}$/, 'a long name beside a short one');

# The calls that hints name are calls for that follow, whatever its name.
follow_in('quoted', "it''s");
my ($status, $out, $err) = $downstream->psql('quoted', 'DROP EXTENSION pg_follower');
like($err, qr/HINT:  Call drop_follow\('it''s'\) first/, 'the hint of DROP EXTENSION');
$downstream->safe_psql('quoted', "UPDATE follower.follow SET conninfo = 'host=/nowhere'");
($status, $out, $err) = $downstream->psql('quoted', "SELECT drop_follow('it''s')");
like($err, qr/HINT:  Use (drop_follow\('it''s', force => true\)) to/, 'the hint of drop_follow');
my ($named) = $err =~ /HINT:  Use (.*) to leave/;
$downstream->safe_psql('quoted', "SELECT $named");
is($downstream->safe_psql('quoted', 'SELECT count(*) FROM follow_status'), '0', 'and that call drops it');

# ------------------------------------------------------------------------------------------------------------------ log
sub log_has
{
	my ($pattern, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	like(slurp_file($downstream->logfile), $pattern, $what);
	return;
}
wait_for_follow($downstream, dbname => 'shop');
log_has(qr/LOG:  follow "default" of database "shop" starts at \S+\n/, 'the log says when a follow starts');
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
wait_for_follow($downstream, dbname => 'shop');
$downstream->safe_psql('shop', 'SELECT stop_follow()');
log_has(qr/LOG:  follow "default" of database "shop" is stopped/, 'when it stops');
$downstream->safe_psql('shop', 'SELECT resume_follow()');
wait_for_follow($downstream, dbname => 'shop');
log_has(qr/LOG:  follow "default" of database "shop" resumes at/, 'when it resumes');
$downstream->safe_psql('shop', 'INSERT INTO t VALUES (1)');
# Counters, and what the log and the user are told of a failure: things that change nothing here come before it.
$upstream->safe_psql('postgres', 'CREATE UNLOGGED TABLE u (i int)');
wait_for_follow($downstream, dbname => 'shop');
my $transactions = $downstream->safe_psql('shop', 'SELECT transactions FROM follow_status');
$upstream->safe_psql('postgres', 'INSERT INTO t VALUES (1)');
($status, $out, $err) = $downstream->psql('shop', "SELECT wait_for_follow('$time_limit')");
like($err, qr/HINT:  Call resume_follow\(\) when the cause is gone, or skip_transaction/, '(the follow has failed)');
log_has(qr/CONTEXT:  applying INSERT of table "public.t".*\n\tfollow "default" of database "shop"\n/,
	'an error tells whose it is');
log_has(qr/LOG:  follow "default" of database "shop" has failed/, 'and that the follow has failed');
$downstream->safe_psql('shop', 'DELETE FROM t; SELECT resume_follow()');
wait_for_follow($downstream, dbname => 'shop');
is($downstream->safe_psql('shop', 'SELECT transactions FROM follow_status'),
	$transactions + 1, 'what came before the failure is not counted again');

# ------------------------------------------------------------------------------------------------------- DROP DATABASE
for my $options ('', ' WITH (FORCE)')
{
	($status, $out, $err) =
	  $downstream->psql('postgres', "DROP DATABASE shop$options", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err,
		qr/ERROR:\ \ 55006:\ database\ "shop"\ is\ being\ used\ by\ pg_follower\n
			DETAIL:\ \ It\ has\ 1\ follow,\ whose\ .*\n
			HINT:\ \ Call\ drop_follow\(\)\ in\ it\ first/x,
		"DROP DATABASE$options of a database that follows is refused");
}
$downstream->safe_psql('shop', 'SELECT drop_follow()');
log_has(qr/LOG:  follow "default" of database "shop" ends/, 'the log says when a follow ends');
$downstream->safe_psql('postgres', 'DROP DATABASE shop');
is($downstream->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'shop'"), '0',
	'without one it is dropped');

# Without the library nobody refuses. What is left behind is named when the server has it again.
$downstream->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$downstream->restart;
$downstream->safe_psql('postgres', 'DROP DATABASE "Büro 2"');
$downstream->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_follower'\n");
$downstream->restart;
my ($origin, $left) = split /\|/, $downstream->safe_psql('postgres', q{SELECT roname, regexp_replace(roname, '_\d+', '')
	FROM pg_replication_origin WHERE roname LIKE '%b\_\_ro%'});
wait_until($upstream, "SELECT count(*) = 1 FROM pg_replication_slots WHERE slot_name = '$left'");
for (1 .. 100 * $PostgreSQL::Test::Utils::timeout_default)
{
	last if slurp_file($downstream->logfile) =~ /has left replication origin/;
	select(undef, undef, undef, 0.01);
}
my $gone = 'a database that followed another one was dropped and has left replication origin';
log_has(qr/LOG:  $gone "$origin" behind\n.*DETAIL:  Replication slot "$left" of its upstream keeps WAL\./,
	'what a dropped database left behind is named in the log');

# Another database can drop that; the upstream's slot only as far as to name the call that does.
$downstream->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS pg_follower');
for my $name ('default', $origin, "${left}x")
{
	($status, $out, $err) = $downstream->psql('postgres', "SELECT drop_follow('$name', force => true)");
	like($err, qr/ERROR:  follow ".*" does not exist/, "it does not go by the name $name");
}
($status, $out, $err) = $downstream->psql('postgres', "SELECT drop_follow('$left')");
like($err,
	qr/ERROR:\ \ replication\ slot\ "$left"\ cannot\ be\ dropped\ from\ here\n
		DETAIL:\ \ .*\n
		HINT:\ \ Run\ SELECT\ pg_drop_replication_slot\('$left'\)\ on\ the\ upstream,\ then\ SELECT\ drop_follow/x,
	'drop_follow() does not leave a slot behind unasked');
my $count = "SELECT count(*) FROM pg_replication_origin WHERE roname = '$origin'";
is($downstream->safe_psql('postgres', $count), '1', 'nor drops the origin');
($status, $out, $err) = $downstream->psql('postgres', "SELECT drop_follow('$left', force => true)");
is($status, 0, 'it does with force => true');
my ($call) = $err =~ /WARNING: .*HINT: .* run (SELECT pg_drop_replication_slot\('\w+'\)) there/s;
is($downstream->safe_psql('postgres', $count), '0', 'and has dropped the origin');
$upstream->safe_psql('postgres', $call);
is($upstream->safe_psql('postgres', "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '$left'"), '0',
	'the call that the hint names drops the slot');

done_testing();
