# Rows to update or delete that are not here: recorded with their table and key, one record for each transaction, table
# and kind of command; or the follow stops at the first.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream, name => 'shop');
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE t (id int PRIMARY KEY, note text);
CREATE SCHEMA "S p";
CREATE TABLE "S p"."T" (a int, b text);
CREATE TABLE parts (a int, b text, PRIMARY KEY (a, b));
CREATE TABLE many (id int PRIMARY KEY, note text);
INSERT INTO t SELECT generate_series(1, 20);
INSERT INTO "S p"."T" VALUES (1, 'it''s'), (2, NULL), (3, repeat('long', 1000));
INSERT INTO parts VALUES (1, 'one'), (2, 'two');
INSERT INTO many SELECT generate_series(1, 10000);
SQL
sub wait_here { wait_for_follow($downstream, name => 'shop'); return }
sub down { return $downstream->safe_psql('postgres', shift) }
sub up { return $upstream->safe_psql('postgres', shift) }
my $records = 'SELECT command, object, reason FROM follower.unsupported WHERE resolved_at IS NULL
	ORDER BY commit_lsn, command, object';
wait_here();

# ----------------------------------------------------------------------------------------------- what the records say
down('DELETE FROM t WHERE id <= 4; DELETE FROM "S p"."T"; DELETE FROM parts');
my $xid = up("BEGIN; UPDATE t SET note = 'x' WHERE id IN (1, 2, 5); DELETE FROM t WHERE id IN (3, 6);
	SELECT pg_current_xact_id()::xid; COMMIT");
up(q{DELETE FROM "S p"."T"});
up(q{UPDATE parts SET b = b || '!'});
wait_here();
my $long = 'long' x 32;
is(down($records), join("\n",
		q{DELETE|table public.t|1 row was not found here: (id = '3')},
		q{UPDATE|table public.t|2 rows were not found here: (id = '1'), (id = '2')},
		q{DELETE|table "S p"."T"|3 rows were not found here: (a = '1', b = 'it''s'), (a = '2', b = NULL), }
		  . qq{(a = '3', b = '$long')},
		q{UPDATE|table public.parts|2 rows were not found here: (a = '1', b = 'one'), (a = '2', b = 'two')}),
	'the records name the table and the keys');
is(down("SELECT DISTINCT follow_name, upstream_xid, statement IS NULL FROM follower.unsupported
		WHERE object = 'table public.t'"),
	"shop|$xid|t", 'with the follow and the transaction');
is(down('SELECT rows_missing, unsupported FROM follow_status'), '8|4', 'rows and records are counted');
is(down("SELECT count(*) FROM t WHERE note = 'x'"), '1', 'what is here is changed');
like(slurp_file($downstream->logfile), qr/LOG:  did not find the row of table "public.t" for UPDATE from the upstream/,
	'the log has one');

# ---------------------------------------------------------------------------------------------------------- resolving
down("UPDATE follower.unsupported SET resolved_at = now() WHERE object = 'table public.t'");
is(down('SELECT rows_missing, unsupported FROM follow_status'), '8|2', 'what is resolved is counted no more');
down('DELETE FROM follower.unsupported');
is(down('SELECT unsupported FROM follow_status'), '0', 'nor what is deleted');

# ----------------------------------------------------------------------------------- many rows, and many transactions
down('DELETE FROM many');
up("UPDATE many SET note = 'x'");
wait_here();
is(down($records),
	q{UPDATE|table public.many|10000 rows were not found here: (id = '1'), (id = '2'), (id = '3'), (id = '4'), }
	  . q{(id = '5'), ...},
	'ten thousand rows of a transaction are one record');
down('DELETE FROM follower.unsupported; SELECT stop_follow($$shop$$)');
up("DELETE FROM many WHERE id = $_") for 1 .. 3;
down('SELECT resume_follow($$shop$$)');
wait_here();
is(down('SELECT reason FROM follower.unsupported ORDER BY commit_lsn'),
	"1 row was not found here: (id = '1')\n1 row was not found here: (id = '2')\n1 row was not found here: (id = '3')",
	'transactions that are applied together have a record each');
is(down('SELECT count(DISTINCT upstream_xid::text), count(DISTINCT commit_lsn) FROM follower.unsupported'),
	'3|3', 'with their own numbers');

# ----------------------------------------------------------------------------------------------------------- stopping
down('DELETE FROM follower.unsupported');
$downstream->append_conf('postgresql.conf', "pg_follower.on_unsupported = stop\n");
$downstream->reload;
up('INSERT INTO t VALUES (100)');
up("UPDATE t SET note = 'y' WHERE id = 1");
up('INSERT INTO t VALUES (101)');
wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
is(down(q{SELECT last_error, last_error_detail, replace(last_error_hint, last_error_lsn::text, '...')
		FROM follow_status}),
	q{did not find the row of table "public.t" for UPDATE from the upstream|Row with id = '1'.|}
	  . q{Insert the row on this server, or set pg_follower.on_unsupported to "record". }
	  . q{Call resume_follow('shop') when the cause is gone, or skip_transaction('...', 'shop') to leave the }
	  . q{transaction out.},
	'the follow stops at a missing row');
is(down('SELECT id FROM t WHERE id >= 100'), '100', 'at its place');
down('INSERT INTO t VALUES (1); SELECT resume_follow($$shop$$)');
wait_here();
is(down('SELECT note FROM t WHERE id = 1'), 'y', 'and goes on when the row is here');
is(down('SELECT count(*) FROM follower.unsupported'), '0', 'nothing is recorded then');

done_testing();
