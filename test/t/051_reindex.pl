# An index that CREATE INDEX CONCURRENTLY leaves behind when it fails does not follow before REINDEX makes it valid.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1);
my $downstream = pgf_node('downstream');
start_follow($downstream, $upstream, copy_data => 0);

sub up { return $upstream->safe_psql('postgres', $_[0]) }

sub fails
{
	my ($code, $out, $err) = $upstream->psql('postgres', $_[0]);
	like($err, qr/division by zero/, 'it fails');
	return;
}

my $indexes =
  q{SELECT count(*) FROM pg_index WHERE indrelid IN ('parted'::regclass, 'part'::regclass, 'plain'::regclass)};
up(
	q{
	CREATE TABLE plain (a integer, b integer);
	CREATE TABLE parted (a integer, b integer) PARTITION BY LIST (a);
	CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
	CREATE INDEX parent ON ONLY parted ((a / b));
	INSERT INTO plain VALUES (1, 0);
	INSERT INTO parted VALUES (1, 0);
});
fails('CREATE INDEX CONCURRENTLY left_behind ON plain ((a / b))');
fails('CREATE INDEX CONCURRENTLY leaf ON part ((a / b))');
up('ALTER INDEX parent ATTACH PARTITION leaf');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', $indexes), 1, 'invalid indexes are not there');
is_same($upstream, $downstream, 'invalid indexes');

up('DELETE FROM plain; DELETE FROM parted');
up('REINDEX TABLE plain');
up('REINDEX INDEX CONCURRENTLY leaf');
up('REINDEX DATABASE postgres');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', $indexes), 3, 'they come when they are valid');
is($downstream->safe_psql('postgres', q{SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = 'leaf'::regclass}),
	'parent', 'a partition of an index is attached');
is_same($upstream, $downstream, 'valid indexes');

done_testing();
