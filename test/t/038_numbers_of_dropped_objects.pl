# Values that name an object (regclass, regprocedure, regtype, ...) whose object has been dropped: their text is a bare
# number, another one on each server. Rows that they are part of are found downstream all the same.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

start_follow($downstream, $upstream);
# Numbers that are other objects' here
down("DO 'BEGIN FOR i IN 1..30 LOOP EXECUTE format(''CREATE TABLE local_%s (i int)'', i); END LOOP; END'");

sub is_followed
{
	my ($query, $expected, $what) = @_;
	wait_for_follow($downstream);
	is(up($query), $expected, "$what: upstream");
	is(down($query), $expected, "$what: downstream");
	is(down('SELECT rows_missing, unsupported FROM follow_status'), '0|0', "$what: no row is missing");
	return;
}

up('CREATE TABLE unseen (i int); DROP TABLE unseen');
wait_for_follow($downstream);
is(down('SELECT count(*) FROM follower.dropped_object'), '0', 'nothing is kept where no table names objects');

up(q{
	CREATE TABLE registry (t regclass PRIMARY KEY, note text);
	CREATE TABLE keyless (t regclass, note text);
	CREATE DOMAIN relation AS regclass;
	CREATE TABLE of_domain (t relation PRIMARY KEY, note text);
	CREATE TABLE stays (i int);
	INSERT INTO registry VALUES ('stays', 'stays');
	CREATE TABLE a (i int);
	CREATE TABLE b (i serial);
	CREATE SCHEMA s;
	CREATE TABLE s."c 1" (i int PRIMARY KEY);
	CREATE VIEW s.v AS SELECT 1 AS one;
	INSERT INTO registry VALUES ('a', 'a'), ('b', 'b'), ('b_i_seq', 'sequence'), ('s."c 1"', 'c'),
		('s."c 1_pkey"', 'index'),
		('s.v', 'v');
	INSERT INTO keyless TABLE registry;
	INSERT INTO of_domain TABLE registry;
});
up(q{BEGIN; DROP TABLE a; DELETE FROM registry WHERE note = 'a'; COMMIT});
is_followed(
	'SELECT string_agg(note, $$ $$ ORDER BY note) FROM registry',
	'b c index sequence stays v',
	'a DELETE in the transaction of the DROP'
);

up('DROP TABLE b; DROP SCHEMA s CASCADE');
wait_for_follow($downstream);
down('SELECT stop_follow()');
down('VACUUM pg_class');
up('VACUUM pg_class');
up(
	q{DELETE FROM registry WHERE note IN ('b', 'sequence');
		UPDATE registry SET note = note || '!' WHERE note IN ('c', 'v')}
);
down('SELECT resume_follow()');
is_followed(
	'SELECT string_agg(note, $$ $$ ORDER BY note) FROM registry',
	'c! index stays v!',
	'changes in later transactions'
);

up(q{DELETE FROM keyless WHERE note IN ('a', 'b'); UPDATE keyless SET note = note || '!' WHERE note = 'index'});
is_followed(
	'SELECT string_agg(note, $$ $$ ORDER BY note) FROM keyless',
	'c index! sequence stays v',
	'a table without a key'
);
up(
	q{DELETE FROM of_domain WHERE note IN ('a', 'b'); UPDATE of_domain SET t = 'stays' WHERE note = 'v' AND NOT EXISTS
	(SELECT FROM of_domain WHERE t = 'stays'::regclass); UPDATE of_domain SET note = 'k' WHERE note = 'v'}
);
is_followed('SELECT string_agg(note, $$ $$ ORDER BY note) FROM of_domain', 'c index k sequence stays', 'a domain');

# A name that comes again names another object.
up(q{
	CREATE TABLE again (i int);
	INSERT INTO registry VALUES ('again', 'first');
	DROP TABLE again;
	CREATE TABLE again (i int);
	INSERT INTO registry VALUES ('again', 'second');
	DROP TABLE again;
	CREATE TABLE again (i int);
	INSERT INTO registry VALUES ('again', 'third');
	DELETE FROM registry WHERE note = 'second';
}
);
is_followed(
	'SELECT string_agg(note, $$ $$ ORDER BY note) FROM registry',
	'c! first index stays third v!',
	'a name that comes again'
);

# A registry that an event trigger keeps
up(q{
	CREATE FUNCTION forget() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
		DELETE FROM registry AS r USING pg_event_trigger_dropped_objects() AS o WHERE r.t = o.objid;
		END $$;
	CREATE EVENT TRIGGER forget ON sql_drop EXECUTE FUNCTION forget();
	DROP TABLE again;
}
);
is_followed(
	'SELECT string_agg(note, $$ $$ ORDER BY note) FROM registry',
	'c! first index stays v!',
	'a registry that an event trigger keeps'
);
# A number from the time after the drop means the same object.
up(q{
	CREATE TABLE seen (t regclass);
	CREATE FUNCTION see() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
		INSERT INTO seen SELECT objid FROM pg_event_trigger_dropped_objects() WHERE object_type = 'table';
		END $$;
	CREATE EVENT TRIGGER see ON sql_drop EXECUTE FUNCTION see();
	CREATE TABLE late (i int);
	INSERT INTO seen VALUES ('late');
	DROP TABLE late;
});
is_followed('SELECT count(*), count(DISTINCT t) FROM seen', '2|1', 'a number that was written after the drop');
up('DELETE FROM seen');
is_followed('SELECT count(*) FROM seen', '0', 'and its deletion');
# What has never been an object
up(
	q{INSERT INTO registry VALUES (4000000000, 'number'), (0, 'zero');
		DELETE FROM registry WHERE note IN ('number', 'zero')}
);
is_followed(q{SELECT count(*) FROM registry WHERE note IN ('number', 'zero')}, '0', 'numbers of no object');

# The other types
up(q{
	CREATE SCHEMA n;
	CREATE FUNCTION n.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE PROCEDURE n.p() LANGUAGE sql AS 'SELECT 1';
	CREATE TYPE n.e AS ENUM ('a');
	CREATE OPERATOR n.@@@ (leftarg = int, rightarg = text, function = n.f);
	CREATE COLLATION n."C o" (locale = 'C');
	CREATE TEXT SEARCH CONFIGURATION n.config (COPY = simple);
	CREATE TEXT SEARCH DICTIONARY n.dictionary (TEMPLATE = simple);
	CREATE TABLE n.types (i int);
});
my %values = (regproc => 'n.p', regprocedure => 'n.f(int,text)', regtype => 'n.e', regoper => 'n.@@@',
	regoperator => 'n.@@@(int,text)', regcollation => 'n."C o"', regnamespace => 'n', regconfig => 'n.config',
	regdictionary => 'n.dictionary');
for my $type (sort keys %values)
{
	my $value = $values{$type};
	# Without a comparison of its own, the key is that of the number.
	up("CREATE TABLE of_$type (o $type, note text); ALTER TABLE of_$type REPLICA IDENTITY FULL;
		CREATE TABLE key_of_$type (o $type PRIMARY KEY, note text);
		INSERT INTO of_$type VALUES ('$value', 'v'), (NULL, 'null'); INSERT INTO key_of_$type VALUES ('$value', 'v')");
}
up('DROP SCHEMA n CASCADE');
for my $type (sort keys %values)
{
	up("DELETE FROM of_$type WHERE o IS NOT NULL; UPDATE key_of_$type SET note = 'changed'");
	is_followed("SELECT (SELECT count(*) FROM of_$type), (SELECT note FROM key_of_$type)", '1|changed', $type);
}

# The form for psql has the commands without these notes.
up(q{SELECT pg_create_logical_replication_slot('text', 'pg_follower')});
up('CREATE TABLE shown (i int); DROP TABLE shown');
unlike(up(q{SELECT data FROM pg_logical_slot_get_changes('text', NULL, NULL)}), qr/^\d+ \d+;$/m, 'not in the form sql');

up(q{SELECT pg_drop_replication_slot('text')});

# The numbers are kept no longer than there is a column that they are kept for.
sub start_anew_and_drop
{
	down('SELECT stop_follow(); SELECT resume_follow()');
	up('CREATE TABLE dropped (i int); DROP TABLE dropped');
	wait_for_follow($downstream);
	return;
}
start_anew_and_drop();
isnt(down('SELECT count(*) FROM follower.dropped_object'), '0', 'numbers are kept');
up(q{
	DROP EVENT TRIGGER forget;
	DROP EVENT TRIGGER see;
	CREATE TABLE last_one (o regclass PRIMARY KEY);
	INSERT INTO last_one VALUES ('stays');
	DO $$ BEGIN
		EXECUTE (SELECT format('DROP TABLE %s', string_agg(DISTINCT c.oid::regclass::text, ', '))
			FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
			WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'last_one'
				AND (atttypid::regtype::text LIKE 'reg%' OR atttypid = 'relation'::regtype));
		END $$;
});
start_anew_and_drop();
isnt(down('SELECT count(*) FROM follower.dropped_object'), '0', 'while one column is left');
up('DROP TABLE last_one');
start_anew_and_drop();
is(down('SELECT count(*) FROM follower.dropped_object'), '0', 'and forgotten when it is gone');
up(q{CREATE TABLE last_one (o regclass PRIMARY KEY); INSERT INTO last_one VALUES ('stays'); DROP TABLE stays;
	DELETE FROM last_one});
is_followed('SELECT count(*) FROM last_one', '0', 'a column that comes again');
isnt(down('SELECT count(*) FROM follower.dropped_object'), '0', 'numbers are kept again');
down('SELECT drop_follow()');
is(down('SELECT count(*) FROM follower.dropped_object'), '0', 'until the follow is dropped');
done_testing();
