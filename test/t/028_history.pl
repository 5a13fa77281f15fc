# An upstream whose history is not the one that was followed is refused, never followed: one that was put back as it was
# earlier, a standby that was promoted before it had everything, another server, and a slot that somebody made anew. A
# standby that had everything when it was promoted is followed on.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(preload => 1);
$upstream->safe_psql('postgres', 'CREATE TABLE t (id int PRIMARY KEY)');
start_follow($downstream, $upstream);

# A server that has the upstream's files as they were; as a standby where it is to be promoted.
sub copy_of_upstream
{
	my ($name, $backup, $promote) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, install_path => $upstream->{_install_path});
	$node->init_from_backup($upstream, $backup);
	append_to_file($node->data_dir . '/standby.signal', '') if $promote;
	$node->start;
	return $node;
}

# The files of the upstream, slots included, as they are now.
sub keep_files
{
	my ($backup) = @_;
	$upstream->stop;
	$upstream->backup_fs_cold($backup);
	$upstream->start;
	return;
}

sub follow_from
{
	my ($node) = @_;
	my $conninfo = conninfo($node) =~ s/'/''/gr;
	$downstream->safe_psql('postgres', "SELECT alter_follow(conninfo => '$conninfo')");
	$downstream->safe_psql('postgres', 'SELECT resume_follow()');
	return;
}

my $end = "HINT:  Call drop_follow\\(\\) and then start_follow\\(\\.\\.\\., existing => 'replace'\\), which copies";

sub refuses
{
	my ($detail, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	like($err, qr/history of the upstream is not the one that was followed\nDETAIL:  $detail.*\n$end/, $what);
	is($downstream->safe_psql('postgres', 'SELECT state FROM follow_status'), 'failed', "$what: the follow has failed");
	return;
}

my $insert = 'INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t';
my $rows = 'SELECT count(*), max(id) FROM t';
$upstream->safe_psql('postgres', $insert);
wait_for_follow($downstream);

# ---------------------------------------------------------------------------------------------- put back as it was once
keep_files('early');
$upstream->safe_psql('postgres', $insert) for 1 .. 3;
wait_for_follow($downstream);
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
my $before = $downstream->safe_psql('postgres', $rows);
my $restored = copy_of_upstream('upstream_restored', 'early');
$restored->safe_psql('postgres', 'INSERT INTO t VALUES (1000)');
follow_from($restored);
refuses(qr/WAL of the upstream ends at \S+, but this database has followed it up to \S+: it was restored/,
	'an upstream whose files were put back');
$restored->stop;

# --------------------------------------------------------------------------------------------------- promoted too early
# Its WAL gets further than what was followed, so only the timeline tells.
my $early = copy_of_upstream('upstream_early', 'early', 1);
$early->promote;
$early->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the standby is not promoted';
$early->safe_psql('postgres', 'CREATE TABLE other AS SELECT generate_series(1, 20000); INSERT INTO t VALUES (1000)');
follow_from($early);
refuses(qr/The upstream is on timeline 2, which left timeline 1 at \S+, but this database has followed that up to/,
	'a standby that was promoted before it had everything');
is($downstream->safe_psql('postgres', $rows), $before, 'nothing of either is applied');
$early->stop;

# ------------------------------------------------------------------------------------------------ promoted in good time
follow_from($upstream);
$upstream->safe_psql('postgres', $insert);
wait_for_follow($downstream);
$downstream->safe_psql('postgres', 'SELECT stop_follow()');
keep_files('complete');
my $promoted = copy_of_upstream('upstream_promoted', 'complete', 1);
$promoted->promote;
$promoted->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the standby is not promoted';
$promoted->safe_psql('postgres', $insert);
follow_from($promoted);
wait_for_follow($downstream);
is_same($promoted, $downstream, 'a standby that had everything is followed on');
is($downstream->safe_psql('postgres', 'SELECT upstream_timeline FROM follower.follow'), '2', 'on its timeline');

# The server that it took the place of is no upstream any more.
$upstream->safe_psql('postgres', "$insert; CREATE TABLE other AS SELECT generate_series(1, 20000)");
follow_from($upstream);
refuses(qr/The upstream is on timeline 1, but was followed on timeline 2: it was restored/,
	'the server from before the promotion');

# ------------------------------------------------------------------------------------------------------- another server
my $other = pgf_node('upstream_other');
my $slot = $downstream->safe_psql('postgres', 'SELECT slot_name FROM follow_status');
$other->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('$slot', 'pg_follower')");
my $conninfo = conninfo($other) =~ s/'/''/gr;
my ($status, $out, $err) = $downstream->psql('postgres', "SELECT alter_follow(conninfo => '$conninfo')");
like($err, qr/connection string leads to another server/, 'alter_follow refuses another server');
# The string is the same, but the name in it leads elsewhere.
$downstream->safe_psql('postgres', "UPDATE follower.follow SET conninfo = '$conninfo'");
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
refuses(qr/The system identifier of the upstream is \d+, but that of the server that was followed is \d+/,
	'another server behind the same name');
$other->stop;

# ----------------------------------------------------------------------------------------------------- a slot made anew
follow_from($promoted);
wait_for_follow($downstream);
for my $plugin ('pg_follower', 'test_decoding')
{
	$downstream->safe_psql('postgres', 'SELECT stop_follow()');
	$promoted->safe_psql('postgres', $insert);
	$promoted->safe_psql('postgres', "SELECT pg_drop_replication_slot('$slot')");
	$promoted->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('$slot', '$plugin')");
	$before = $downstream->safe_psql('postgres', $rows);
	$downstream->safe_psql('postgres', 'SELECT resume_follow()');
	($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('$time_limit')");
	my $message = $plugin eq 'pg_follower' ? 'has moved on without this database' :
	  'is not one of the output plugin "pg_follower" any more';
	like($err, qr/replication slot "$slot" $message\n.*\n$end/, "a slot of $plugin that was made anew");
	is($downstream->safe_psql('postgres', $rows), $before, 'nothing is applied');
	$downstream->safe_psql('postgres', 'SELECT drop_follow()') if $plugin eq 'test_decoding';
}

# The calls of the hint go on.
start_follow($downstream, $promoted, existing => 'replace');
$promoted->safe_psql('postgres', $insert);
wait_for_follow($downstream);
is_same($promoted, $downstream, 'a follow that begins anew');

done_testing();
