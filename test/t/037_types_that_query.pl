# Values of types whose output functions run queries, which nothing can do while WAL is decoded (as those of pointcloud
# do): they arrive as their send functions write them, or as they lie in memory.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use TestExtensions;

add_module('pgf_lookup');

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

my @tables = qw(keyed keyless of_domain mixed arrays);

sub same
{
	my ($what) = @_;
	wait_for_follow($downstream);
	for my $table (@tables)
	{
		my $query = "SELECT * FROM $table AS t ORDER BY t::text";
		is(down($query), up($query), "$what: $table");
	}
	is(down('SELECT rows_missing, unsupported FROM follow_status'), '0|0', "$what: no row is missing");
	return;
}

up(q{
	CREATE EXTENSION pgf_lookup;
	INSERT INTO label VALUES (1, 'one'), (2, 'two'), (3, 'three');
	CREATE TABLE keyed (id int PRIMARY KEY, a looked_up, b sent, c short);
	CREATE TABLE keyless (a looked_up, b sent, c short);
	CREATE DOMAIN named AS looked_up;
	CREATE DOMAIN named_sent AS sent CHECK (value IS NOT NULL);
	CREATE TABLE of_domain (a named, b named_sent);
	-- A type with an output function of its own that runs no queries
	CREATE EXTENSION hstore;
	CREATE TABLE mixed (id int PRIMARY KEY, h hstore, a looked_up, t text);
	CREATE TABLE arrays (a looked_up[], b sent[], c short[], d named[], e hstore[]);
});
# The form is known with the first value only.
up(q{
	INSERT INTO keyed VALUES (1, NULL, NULL, NULL), (2, NULL, NULL, NULL);
	INSERT INTO keyed VALUES (3, 'one', NULL, NULL), (4, NULL, 'two', 'three'), (5, 'one*3', 'two*4', 'one');
	INSERT INTO keyless SELECT 'one', 'two', 'three' FROM generate_series(1, 3);
	INSERT INTO keyless VALUES (NULL, 'one', NULL), ('three', NULL, 'two');
	INSERT INTO of_domain VALUES ('one', 'two'), (NULL, 'one*5');
	INSERT INTO arrays VALUES ('{one,NULL,two*5}', '{{one},{two}}', '[3:4]={one,three}', '{two}', '{k=>v}'),
		('{}', NULL, '{NULL}', '{three,NULL}', '{}'), ('{one*20000}', '{two*30000}', '{}', '{}', NULL);
	INSERT INTO mixed VALUES (1, 'k=>v', NULL, 'Ä'), (2, NULL, 'two', 'é');
});
same('INSERT');
up(q{
	UPDATE keyed SET a = 'two', b = NULL, c = 'two' WHERE id IN (1, 5);
	UPDATE keyed SET id = 20 WHERE id = 2;
	DELETE FROM keyed WHERE id = 3;
	UPDATE keyless SET b = 'three' WHERE ctid = (SELECT min(ctid) FROM keyless);
	DELETE FROM keyless WHERE ctid = (SELECT max(ctid) FROM keyless);
	DELETE FROM of_domain WHERE a IS NULL;
	UPDATE of_domain SET a = 'three*7';
	UPDATE arrays SET c = '{two}' WHERE b IS NULL;
	DELETE FROM arrays WHERE e IS NULL;
	UPDATE mixed SET h = h || 'x=>y', a = 'three';
});
same('UPDATE and DELETE');
# TOAST, unchanged and changed
up(q{
	INSERT INTO keyed VALUES (100, 'one*100000', 'two*100000', NULL);
	UPDATE keyed SET c = 'one' WHERE id = 100;
});
same('TOAST values that do not change');
up(q{UPDATE keyed SET a = 'two*100001' WHERE id = 100});
same('TOAST values');
# The first value of a session is one that is not in WAL.
$upstream->restart;
up(q{UPDATE keyed SET c = 'three' WHERE id = 100; UPDATE keyed SET a = 'one*9' WHERE id = 100});
same('an unchanged TOAST value first');
# Through an upstream that has taken the value's label away since
up(q{BEGIN; INSERT INTO label VALUES (4, 'four'); INSERT INTO keyed VALUES (40, 'four', 'four', 'four');
	DELETE FROM keyed WHERE id = 40; DELETE FROM label WHERE id = 4; COMMIT});
same('a value whose label is gone');

# Images mean the same only in the same version of the extension.
down(q{SELECT stop_follow()});
down(q{ALTER EXTENSION pgf_lookup UPDATE TO '1.1'});
up(q{INSERT INTO keyed (id, b) VALUES (200, 'one')});
up(q{INSERT INTO keyed (id, a) VALUES (201, 'one')});
down(q{SELECT resume_follow()});
wait_until($downstream, q{SELECT state = 'failed'
	AND last_error LIKE 'values of type public.looked_up are not the same%'
	FROM follow_status});
like(follow_status($downstream),
	qr/Upstream: extension pgf_lookup version 1\.0, .*; here: extension pgf_lookup version 1\.1/,
	'another version of the extension is refused');
is(down('SELECT count(*) FROM keyed WHERE id >= 200'),
	'1', 'where another form than the image serves, that is no matter');
done_testing();
