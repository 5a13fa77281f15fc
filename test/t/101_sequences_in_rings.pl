# Where databases follow each other, each has positions of its own: none is set back to what another has had from it.
# Along a chain they follow.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $config = "pg_follower.sequence_interval = 0\n";
my ($one, $two, $three) = map { pgf_node($_, config => $config) } qw(one two three);

sub position { return $_[0]->safe_psql('postgres', "SELECT last_value FROM $_[1]"); }

start_follow($two, $one);
start_follow($three, $two);
$one->safe_psql('postgres', q{CREATE SEQUENCE s; CREATE TABLE t (i int PRIMARY KEY); SELECT setval('s', 3);
	SELECT lo_from_bytea(100, 'one')});
wait_for_follow($two);
wait_for_follow($three);
is(position($three, 's'), 3, 'a sequence follows along a chain');
is($three->safe_psql('postgres', 'SELECT lo_get(100)'), '\x6f6e65', 'and so does a large object');

# The ring is closed, and then every database goes its own way.
start_follow($one, $three, name => 'back', copy_data => 0);
wait_for_follow($one, name => 'back');
my $round = sub { wait_for_follow($two); wait_for_follow($three); wait_for_follow($one, name => 'back'); };
$round->() for 1 .. 3;
$one->safe_psql('postgres', q{SELECT setval('s', 10); SELECT lo_put(100, 0, '1')});
$two->safe_psql('postgres', q{SELECT setval('s', 20); SELECT lo_put(100, 0, '2')});
$three->safe_psql('postgres', q{SELECT setval('s', 5); SELECT lo_unlink(100)});
$one->safe_psql('postgres', 'INSERT INTO t VALUES (1)');
$round->() for 1 .. 3;
is($three->safe_psql('postgres', 'SELECT i FROM t'), 1, 'in a ring rows follow');
is_deeply([ map { position($_, 's') } $one, $two, $three ], [ 10, 20, 5 ], 'but each database has its own sequences');
is($one->safe_psql('postgres', 'SELECT count(*) FROM pg_largeobject_metadata'), 1, 'and large objects');
my $slots = 'SELECT array_length(string_to_array(follower.slots_of_follows(), $$,$$), 1)';
is_deeply([ map { $_->safe_psql('postgres', $slots) } $one, $two, $three ],
	[ 3, 3, 3 ], 'each knows the slots of all three');

# An open ring is a chain.
$one->safe_psql('postgres', "SELECT drop_follow('back')");
wait_for_follow($two) for 1 .. 2;
wait_for_follow($three) for 1 .. 2;
$one->safe_psql('postgres', q{SELECT setval('s', 30)});
wait_for_follow($two);
wait_for_follow($three);
is_deeply([ map { position($_, 's') } $two, $three ], [ 30, 30 ], 'when the ring is open sequences follow again');

# Two databases.
start_follow($two, $three, name => 'back', copy_data => 0);
wait_for_follow($two, name => 'back');
wait_for_follow($three);
$two->safe_psql('postgres', q{SELECT setval('s', 40)});
wait_for_follow($three);
wait_for_follow($two, name => 'back');
is_deeply([ map { position($_, 's') } $two, $three ], [ 40, 30 ], 'two databases that follow each other');

done_testing();
