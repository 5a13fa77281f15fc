# Rows of the upstream that meet rows which were changed here: what pg_follower.on_conflict makes of each kind, the
# counts by PostgreSQL 18's names, and the rows that are kept.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair(config => "track_commit_timestamp = on\n");

sub up { return $upstream->safe_psql('postgres', shift) }
sub down { return $downstream->safe_psql('postgres', shift) }

sub configure
{
	my ($line) = @_;
	$downstream->append_conf('postgresql.conf', "$line\n");
	$downstream->reload;
	# The worker reads it before it takes the next message, but not before the postmaster has told it to.
	down("SELECT stop_follow(); SELECT resume_follow()");
	return;
}

# The counts of a table, those that are not 0.
sub counts
{
	my ($table) = @_;
	return down(qq{
		SELECT string_agg(key || ' ' || value, ', ' ORDER BY key)
		FROM follow_conflicts AS c,
			jsonb_each_text(to_jsonb(c) - 'follow_name' - 'schema_name' - 'table_name' - 'last_at')
		WHERE table_name = '$table' AND value <> '0'});
}

start_follow($downstream, $upstream, copy_data => 0);
up(q{
	CREATE TABLE t (id int PRIMARY KEY, other int UNIQUE, note text);
	CREATE TABLE partial (id int PRIMARY KEY, "odd ""name""" text COLLATE "C", gone bool NOT NULL);
	CREATE UNIQUE INDEX ON partial ("odd ""name""") WHERE NOT gone;
	CREATE TABLE expression (id int PRIMARY KEY, note text);
	CREATE UNIQUE INDEX expression_lower ON expression (lower(note));
	CREATE TABLE generated (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text,
		twice int GENERATED ALWAYS AS (length(note) * 2) STORED);
	CREATE TABLE keyless (i int, note text);
	INSERT INTO t SELECT g, g * 10, 'start' FROM generate_series(1, 9) AS g;
	INSERT INTO generated (note) VALUES ('a'), ('b');
	INSERT INTO keyless VALUES (1, 'x'), (2, 'y');
});
wait_for_follow($downstream);
is(down('SELECT count(*) FROM follow_conflicts'), '0', 'no conflict at first');

# ------------------------------------------------------------------------------------------------------------- upstream
configure('pg_follower.on_conflict = upstream');
down("INSERT INTO t VALUES (10, 100, 'local'), (11, 110, 'local'), (12, 120, 'local'), (13, 130, 'local')");
up("INSERT INTO t VALUES (10, 1000, 'upstream')");
up("INSERT INTO t VALUES (14, 110, 'upstream')");
wait_for_follow($downstream);
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM t WHERE id > 9'),
	'10upstream 12local 13local 14upstream',
	'insert_exists, upstream: the row takes the place of the one with its key');
is(counts('t'), 'insert_exists 2', 'both are counted');
is(down('SELECT conflict, upstream_row, local_row, resolution, local_origin IS NULL, local_committed_at < found_at
		FROM follower.conflicts ORDER BY number LIMIT 1'),
	"insert_exists|id = '10', other = '1000', note = 'upstream'|(id = '10', other = '100', note = 'local')|"
	. "the row of the upstream was taken|t|t", 'and kept with both rows');
is(down("SELECT count(*) FROM follower.conflicts WHERE upstream_xid IS NOT NULL AND commit_lsn > '0/0'
		AND committed_at <= found_at AND local_xid IS NOT NULL"), '2', 'and with what wrote them');

up("INSERT INTO t VALUES (12, 130, 'upstream')");
wait_for_follow($downstream);
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM t WHERE id > 9'),
	'10upstream 12upstream 14upstream',
	'multiple_unique_conflicts, upstream: the row takes the place of two');
is(counts('t'), 'insert_exists 2, multiple_unique_conflicts 1', 'which is counted once');
is_same($upstream, $downstream, 'both sides are the same again');

down("INSERT INTO t VALUES (21, 210, 'local'), (22, 220, 'local')");
up("UPDATE t SET other = 210 WHERE id = 1; UPDATE t SET id = 22 WHERE id = 2");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'update_exists, upstream');
is(counts('t'), 'insert_exists 2, multiple_unique_conflicts 1, update_exists 2', 'update_exists is counted');

down('DELETE FROM t WHERE id IN (3, 4); DELETE FROM generated; DELETE FROM keyless');
up("UPDATE t SET note = 'upstream' WHERE id = 3; DELETE FROM t WHERE id = 4;
	UPDATE generated SET note = 'abc' WHERE id = 1;
	UPDATE keyless SET note = 'z' WHERE i = 1; DELETE FROM keyless WHERE i = 2; DELETE FROM generated WHERE id = 2");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'update_missing, upstream: the row is inserted');
is(counts('t'), 'delete_missing 1, insert_exists 2, multiple_unique_conflicts 1, update_exists 2, update_missing 1',
	'missing rows are counted');
is(counts('keyless'), 'delete_missing 1, update_missing 1', 'also of a table without a key');
is(down('SELECT unsupported FROM follow_status'), '0', 'and left open for nobody');

# A value that was not sent.
$upstream->safe_psql('postgres', 'ALTER TABLE t ALTER note SET STORAGE EXTERNAL');
up("INSERT INTO t VALUES (40, 400, repeat('long', 1000))");
wait_for_follow($downstream);
down('DELETE FROM t WHERE id = 40');
up('UPDATE t SET other = 401 WHERE id = 40');
wait_for_follow($downstream);
is(down('SELECT count(*) FROM t WHERE id = 40'), '0', 'update_missing: a row that is not known is not inserted');
is(down('SELECT unsupported FROM follow_status'), '1', 'but recorded in follower.unsupported');
up('DELETE FROM t WHERE id = 40');
wait_for_follow($downstream);

# Partial indexes, and those that do not tell which row is in the way.
down(q{INSERT INTO partial VALUES (1, 'a', true), (2, 'a', false), (3, 'b', true)});
up(q{INSERT INTO partial VALUES (10, 'a', false), (11, 'b', false)});
wait_for_follow($downstream);
is(down('SELECT string_agg(id::text, $$ $$ ORDER BY id) FROM partial'), '1 3 10 11', 'a partial index');
down(q{INSERT INTO expression VALUES (1, 'LOCAL')});
up(q{INSERT INTO expression VALUES (2, 'local')});
wait_until($downstream, "SELECT state = 'failed' AND last_error ~ 'expression_lower' FROM follow_status");
down('DELETE FROM expression; SELECT resume_follow()');
wait_for_follow($downstream);
is(down('SELECT id FROM expression'), '2', 'an index over expressions: it is an error, as ever');

# Who wrote the row.
down("UPDATE t SET note = 'local' WHERE id IN (5, 6)");
up("UPDATE t SET note = 'upstream' WHERE id IN (5, 7); DELETE FROM t WHERE id = 6");
wait_for_follow($downstream);
is(down('SELECT id || note FROM t WHERE id BETWEEN 5 AND 7 ORDER BY id'), "5upstream\n7upstream",
	'update_origin_differs, upstream: the change is applied');
like(counts('t'), qr/^delete_missing \d, delete_origin_differs 1, .*update_origin_differs 1$/,
	'it is counted, and the row that only the upstream has changed is not');

# ----------------------------------------------------------------------------------------------------------------- skip
configure('pg_follower.on_conflict = skip');
down("DELETE FROM follower.conflict_count; DELETE FROM follower.conflicts");
down("INSERT INTO t VALUES (50, 500, 'local'), (51, 510, 'local'); DELETE FROM t WHERE id = 8;
	UPDATE t SET note = 'local' WHERE id IN (7, 9)");
up("BEGIN; INSERT INTO t VALUES (50, 501, 'upstream'), (52, 520, 'upstream'); UPDATE t SET other = 510 WHERE id = 52;
	UPDATE t SET note = 'upstream' WHERE id IN (7, 8); DELETE FROM t WHERE id = 9; COMMIT");
wait_for_follow($downstream);
is(down('SELECT id, other, note FROM t WHERE id IN (7, 8, 9, 50, 51, 52) ORDER BY id'),
	"7|70|local\n9|90|local\n50|500|local\n51|510|local\n52|520|upstream", 'skip: the local rows stay');
is(counts('t'), 'delete_origin_differs 1, insert_exists 1, update_exists 1, update_missing 1, update_origin_differs 1',
	'what was left out is counted');
is(down("SELECT DISTINCT resolution FROM follower.conflicts"), 'the row of the upstream was left out', 'and kept');
is(down('SELECT state FROM follow_status'), 'streaming', 'and the follow goes on');

# Only the newest are kept.
configure('pg_follower.max_conflicts = 3');
down('INSERT INTO t SELECT g FROM generate_series(101, 110) AS g');
up('INSERT INTO t SELECT g FROM generate_series(101, 110) AS g');
wait_for_follow($downstream);
is(down("SELECT string_agg(substring(local_row, '\\d+'), ' ' ORDER BY number) FROM follower.conflicts"), '108 109 110',
	'follower.conflicts keeps the newest');
like(counts('t'), qr/insert_exists 11/, 'all are counted');

# ---------------------------------------------------------------------------------------------------------------- error
configure('pg_follower.on_conflict = error');
down("DELETE FROM follower.conflict_count; DELETE FROM follower.unsupported; DELETE FROM t WHERE id = 101");
up("UPDATE t SET note = 'x' WHERE id = 101");
wait_for_follow($downstream);
is(counts('t'), 'update_missing 1', 'error: a missing row is counted');
is(down('SELECT unsupported FROM follow_status'), '1', 'and recorded as pg_follower.on_unsupported says');
down("INSERT INTO t VALUES (200, 200, 'local')");
up("INSERT INTO t VALUES (200, 201, 'upstream')");
wait_until($downstream, "SELECT state = 'failed' AND last_error ~ 't_pkey' FROM follow_status");
configure('pg_follower.on_conflict = upstream');
wait_for_follow($downstream);
is(down('SELECT note FROM t WHERE id = 200'), 'upstream', 'the setting may be changed, and the follow goes on');

# ----------------------------------------------------------------------------------------------------------------- copy
# Rows that came with a copy are the upstream's, whether the table was copied in one transaction or in parts. A row that
# was changed here since then is not.
configure('pg_follower.on_conflict = skip');
up(q{CREATE TABLE small (id int PRIMARY KEY, note text); INSERT INTO small VALUES (1, 'a'), (2, 'a'), (3, 'a');
	CREATE TABLE large (id int PRIMARY KEY, note text);
	INSERT INTO large SELECT g, repeat('x', 100) FROM generate_series(1, 20000) AS g});
wait_for_follow($downstream);
configure('pg_follower.copy_split_size = 1MB');
down(q{SELECT refresh_table('small'), refresh_table('large')});
wait_for_follow($downstream);
down(q{UPDATE small SET note = 'local' WHERE id = 3});
up(q{UPDATE small SET note = 'b' WHERE id <> 2; DELETE FROM small WHERE id = 2;
	UPDATE large SET note = 'y' WHERE id IN (1, 20000)});
wait_for_follow($downstream);
is(down('SELECT string_agg(id || note, $$ $$ ORDER BY id) FROM small'),
	'1b 3local', 'rows of a copy are no local ones');
is(down("SELECT count(*) FROM large WHERE note = 'y'"), '2', 'nor are those of a copy in parts');
is(counts('small'), 'update_origin_differs 1', 'the row that was changed here since is counted');
is(counts('large') // '', '', 'and no other');
up(q{DROP TABLE small, large});
wait_for_follow($downstream);
configure('pg_follower.on_conflict = upstream');

# ----------------------------------------------------------------------------------------------------------------- runs
$downstream->append_conf('postgresql.conf', "track_commit_timestamp = off\n");
$downstream->restart;
down('SELECT resume_follow()');
up('CREATE TABLE runs (id int PRIMARY KEY, n int UNIQUE)');
wait_for_follow($downstream);
down('INSERT INTO runs SELECT g * 100, g * 100 + 1 FROM generate_series(1, 20) AS g');
up('INSERT INTO runs SELECT g, g FROM generate_series(1, 2500) AS g');
wait_for_follow($downstream);
is(down('SELECT count(*), sum(n) FROM runs'), up('SELECT count(*), sum(n) FROM runs'),
	'conflicts within runs of rows');
is(counts('runs'), 'insert_exists 20', 'are counted one by one');
down('DELETE FROM runs WHERE id % 500 = 0');
up('UPDATE runs SET id = id WHERE id > 0; DELETE FROM runs WHERE id > 2000');
wait_for_follow($downstream);
is(down('SELECT count(*), sum(n) FROM runs'), up('SELECT count(*), sum(n) FROM runs'),
	'rows that are missing from runs');
is(counts('runs'), 'insert_exists 20, update_missing 5', 'too');

done_testing();
