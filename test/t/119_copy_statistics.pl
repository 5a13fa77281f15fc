# Statistics of copied tables: those of the upstream where they mean the same here, and else what ANALYZE finds.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $config = "autovacuum = off\npg_follower.copy_split_size = 1MB\n";
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $config);

# Each table has 1,000 rows with a column t. After ANALYZE, some of them change to the value "after": statistics that
# know it were made later.
my %tables = (
	# Taken from the upstream.
	plain => { taken => 1 },
	numbers => { taken => 1, columns => 'a numeric DEFAULT \'NaN\', b float8 DEFAULT \'-Infinity\', c bit(3)' },
	times => { taken => 1, columns => "a date DEFAULT '4000-01-01 BC', b timestamptz DEFAULT 'infinity', c interval" },
	arrays => { taken => 1, columns => q(a text[] DEFAULT '{"a b",NULL,"\"\\\\"}', b int[] DEFAULT '{}') },
	objects => { taken => 1, columns => q(a jsonb DEFAULT '{"a": [1, "b"]}', b json DEFAULT '{}', c uuid, d bytea) },
	collated => { taken => 1, columns => q(a text COLLATE "C" DEFAULT 'ä', b varchar(7) COLLATE "POSIX" DEFAULT '\\')},
	generated => { taken => 1, columns => 'a int GENERATED ALWAYS AS (3) STORED' },
	indexed => { taken => 1, then => 'CREATE INDEX ON indexed (t); CREATE INDEX ON indexed (id) WHERE id > 7' },
	dropped => { taken => 1, columns => 'a int, b int', then => 'ALTER TABLE dropped DROP a' },
	unsampled => { taken => 1, columns => 'a int', then => 'ALTER TABLE unsampled ALTER a SET STATISTICS 0' },
	"Quo ted'" => { taken => 1, columns => q("B 'c" text) },
	# Found here, since the upstream's do not tell of its rows.
	unknown => { analyze => 0 },
	changed => { rows => 300 },
	widened => { after => 'ALTER TABLE widened ADD a int DEFAULT 1' },
	# Found here, since what stands in them may mean something else.
	ranges => { columns => "a int4range DEFAULT '[1,2)'" },
	domains => { columns => 'a positive DEFAULT 1' },
	enumerations => { columns => "a mood DEFAULT 'sad'" },
	collations => { columns => q(a text COLLATE own DEFAULT 'x') },
	# Found here, since there is more than columns.
	expressions => { then => 'CREATE INDEX ON expressions (upper(t))' },
	extended => { columns => 'a int', then => 'CREATE STATISTICS pair ON id, a FROM extended' },
	parent => { then => 'CREATE TABLE child () INHERITS (parent)' },
);

sub quoted { my ($name) = @_; return '"' . $name . '"'; }

my $before = <<'END';
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE COLLATION own (locale = 'C');
END
my ($made, $analyzed, $changed) = ('', '', '');
for my $name (sort keys %tables)
{
	my %table = %{ $tables{$name} };
	my $table = quoted($name);
	my $columns = $table{columns} ? ", $table{columns}" : '';
	my $rows = $table{rows} // 80;
	$made .= "CREATE TABLE $table (id int PRIMARY KEY, t text$columns);\n"
	  . "INSERT INTO $table (id, t) SELECT g, 'value ' || g % 17 FROM generate_series(1, 1000) AS g;\n"
	  . ($table{then} ? "$table{then};\n" : '');
	$analyzed .= "VACUUM ANALYZE $table;\n" if $table{analyze} // 1;
	$changed .= "UPDATE $table SET t = 'after' WHERE id <= $rows;\n" . ($table{after} ? "$table{after};\n" : '');
}
$upstream->safe_psql('postgres', $before . $made);
# A large one is copied in parts.
$upstream->safe_psql('postgres', <<'END');
CREATE TABLE large (id int PRIMARY KEY, t text);
INSERT INTO large SELECT g, 'value ' || g % 17 FROM generate_series(1, 60000) AS g;
END
$upstream->safe_psql('postgres', "$analyzed VACUUM ANALYZE large;");
$upstream->safe_psql('postgres', "$changed UPDATE large SET t = 'after' WHERE id <= 5000;");
wait_until($upstream, q{SELECT n_mod_since_analyze FROM pg_stat_all_tables WHERE relname = 'large'}, '5000');
wait_until($upstream, q{SELECT n_mod_since_analyze FROM pg_stat_all_tables WHERE relname = 'changed'}, '300');

my $taken_from_upstream = <<'END';
SELECT string_agg(c.relname, ' ' ORDER BY c.relname COLLATE "C")
FROM pg_class AS c JOIN pg_stats AS s ON s.schemaname = c.relnamespace::regnamespace::name AND s.tablename = c.relname
WHERE c.relnamespace = 'public'::regnamespace AND s.attname = 't' AND NOT s.inherited
  AND NOT 'after' = ANY (s.most_common_vals::text::text[])
END
my $known = <<'END';
SELECT string_agg(DISTINCT c.relname::text COLLATE "C", ' ' ORDER BY c.relname::text COLLATE "C")
FROM pg_class AS c JOIN pg_statistic AS s ON s.starelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
END

start_follow($downstream, $upstream, copy_data => 1);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'tables');
my @taken = sort('large', grep { $tables{$_}{taken} } keys %tables);
is($downstream->safe_psql('postgres', $taken_from_upstream), "@taken", 'whose statistics are those of the upstream');
is( $downstream->safe_psql('postgres', $known),
	join(' ', sort { $a cmp $b } keys %tables, 'large'), 'every table that has rows has statistics');

# All that pg_statistic holds of these tables.
my $names = join(', ', map { "'" . s/'/''/gr . "'" } @taken);
my $statistics = <<"END";
SELECT c.relname, a.attname, to_jsonb(s) - ARRAY['starelid', 'staattnum']
FROM pg_statistic AS s JOIN pg_class AS c ON c.oid = s.starelid
	JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = s.staattnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN ($names)
ORDER BY c.relname COLLATE "C", a.attname COLLATE "C"
END
my $expected = $upstream->safe_psql('postgres', $statistics);
is($downstream->safe_psql('postgres', $statistics), $expected, 'they are exact');

is( $downstream->safe_psql('postgres', <<"END"), '', 'what else ANALYZE notes of a table is noted');
SELECT c.relname, c.relpages, c.reltuples, c.relallvisible, t.n_mod_since_analyze, t.n_live_tup, t.last_analyze
FROM pg_class AS c JOIN pg_stat_all_tables AS t ON t.relid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname IN ($names) AND c.relname <> 'large'
	AND (c.relpages <> pg_relation_size(c.oid) / current_setting('block_size')::int OR c.reltuples <> 1000
		OR c.relallvisible <> c.relpages OR t.n_mod_since_analyze <> 0 OR t.n_live_tup <> 1000
		OR t.last_analyze IS NULL)
END
is($downstream->safe_psql('postgres', "SELECT reltuples FROM pg_class WHERE relname = 'large'"),
	'60000', 'so is it of a table that was copied in parts');
my $log = slurp_file($downstream->logfile);
unlike($log, qr/could not analyze/, 'nothing failed');
# The planner reads them.
like($downstream->safe_psql('postgres', q{EXPLAIN SELECT FROM plain WHERE t = 'value 1'}),
	qr/rows=59 /, 'they are used');

# A table that has statistics already.
$upstream->safe_psql('postgres', 'ANALYZE plain');
$downstream->safe_psql('postgres', "SELECT refresh_table('plain')");
wait_until($downstream, $taken_from_upstream, join(' ', grep { $_ ne 'plain' } @taken));
is($downstream->safe_psql('postgres', $statistics), $upstream->safe_psql('postgres', $statistics),
	'a table that is copied anew gets those that the upstream has then');
$downstream->safe_psql('postgres', 'SELECT drop_follow()');

# Where strings have another order here, their statistics are found here.
$upstream->safe_psql('postgres', 'CREATE DATABASE other');
$downstream->safe_psql('postgres', "CREATE DATABASE other TEMPLATE template0 LOCALE 'C.UTF-8'");
$_->safe_psql('other', 'CREATE EXTENSION pg_follower') for $upstream, $downstream;
my $two = join('', map { "CREATE TABLE $_->[0] (t $_->[1]);
	INSERT INTO $_->[0] SELECT 'value' || g % 3 FROM generate_series(1, 1000) AS g;" }
	  [ 'default_order', 'text' ], [ 'own_order', 'text COLLATE "C"' ]);
$upstream->safe_psql('other', $two);
$upstream->safe_psql('other', 'ANALYZE');
$upstream->safe_psql('other', <<'END');
UPDATE default_order SET t = 'after' WHERE ctid < '(0,60)';
UPDATE own_order SET t = 'after' WHERE ctid < '(0,60)';
END
start_follow($downstream, $upstream, dbname => 'other', copy_data => 1);
wait_for_follow($downstream, dbname => 'other');
is($downstream->safe_psql('other', $taken_from_upstream), 'own_order', 'another order of strings');
$downstream->safe_psql('other', 'SELECT drop_follow()');

# A role that may not read pg_statistic upstream does not try.
$_->safe_psql('postgres', 'CREATE DATABASE third') for $upstream, $downstream;
$_->safe_psql('third', 'CREATE EXTENSION pg_follower') for $upstream, $downstream;
$upstream->safe_psql('third', <<'END');
CREATE ROLE reader LOGIN REPLICATION;
CREATE TABLE t (id int PRIMARY KEY, t text);
GRANT SELECT ON t TO reader;
INSERT INTO t SELECT g, 'value' FROM generate_series(1, 1000) AS g;
ANALYZE t;
UPDATE t SET t = 'after' WHERE id < 50;
END
my $offset = -s $upstream->logfile;
my $conninfo = PgFollower::literal($upstream->connstr('third') . ' user=reader');
$downstream->safe_psql('third', "SELECT start_follow($conninfo)");
wait_for_follow($downstream, dbname => 'third');
is($downstream->safe_psql('third', 'SELECT most_common_vals FROM pg_stats WHERE tablename = $$t$$ AND attname = $$t$$'),
	'{value,after}', 'a role that may not read statistics');
unlike(substr(slurp_file($upstream->logfile), $offset), qr/permission denied/, 'it does not try to');
$downstream->safe_psql('third', 'SELECT drop_follow()');

done_testing();
