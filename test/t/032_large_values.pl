# Values of 300 MB follow; where the server's limit of 1 GB cuts, the error names the table and the column.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) =
  pgf_pair(config => "max_wal_size = 4GB\nwal_sender_timeout = 300s\nwal_receiver_timeout = 300s\n");
start_follow($downstream, $upstream);

# EXTERNAL, so that no time goes into compression.
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE large (id int PRIMARY KEY, n int, t text, b bytea);
ALTER TABLE large ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL;
CREATE TABLE large_full (id int, t text);
ALTER TABLE large_full REPLICA IDENTITY FULL;
ALTER TABLE large_full ALTER t SET STORAGE EXTERNAL;
SQL
$upstream->safe_psql('postgres', $_)
  for q{INSERT INTO large (id, t) VALUES (1, repeat('0123456789', 30 * 1024 * 1024))},
  q{INSERT INTO large (id, b) VALUES (2, convert_to(repeat('0123456789', 30 * 1024 * 1024), 'UTF8'))},
  q{UPDATE large SET n = 1},
  q{INSERT INTO large_full VALUES (1, repeat('x', 30 * 1024 * 1024)), (2, 'small')},
  q{UPDATE large_full SET id = -id},
  q{DELETE FROM large_full WHERE id = -2};
wait_for_follow($downstream);
my $query = 'SELECT id, n, length(t), md5(t), length(b), md5(b) FROM large ORDER BY id';
my $expected = $upstream->safe_psql('postgres', $query);
like($expected, qr/^1\|1\|314572800\|\w+\|\|\n2\|1\|\|\|314572800\|\w+$/, 'the upstream holds the large values');
is($downstream->safe_psql('postgres', $query), $expected, 'the large values follow');
$query = 'SELECT id, length(t), md5(t) FROM large_full ORDER BY id';
is(
	$downstream->safe_psql('postgres', $query),
	$upstream->safe_psql('postgres', $query),
	'so they do where all columns find the row'
);

# 600 MB of bytea are 1.2 GB of text.
$downstream->safe_psql('postgres', 'SELECT drop_follow()');
$upstream->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('limits', 'pg_follower')});
$upstream->safe_psql('postgres',
	q{INSERT INTO large (id, b) VALUES (3, convert_to(repeat('0123456789', 60 * 1024 * 1024), 'UTF8'))});
for my $form ('sql', 'statements')
{
	my $function = $form eq 'sql' ? 'pg_logical_slot_peek_changes' : 'pg_logical_slot_peek_binary_changes';
	my ($status, $out, $err) =
	  $upstream->psql('postgres', "SELECT 1 FROM $function('limits', NULL, NULL, 'format', '$form')");
	like($err, qr/ERROR:  row is too large to be sent/, "$form: a row whose text passes 1 GB is refused");
	like($err, qr/column b of table public\.large/, "$form: the error names the column and the table");
}
done_testing();
