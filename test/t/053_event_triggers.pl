# Event triggers follow where the library is preloaded upstream: event triggers themselves do not see them.
use strict;
use warnings;

use PgFollower;
use Test::More;

my $upstream = pgf_node('upstream', preload => 1, config => "pg_follower.roles = all\n");
my $downstream = pgf_node('downstream', config => "pg_follower.restart_interval = 1\n");
start_follow($downstream, $upstream, copy_data => 0);

sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

sub same
{
	my ($what) = @_;
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
	my $query = q{SELECT evtname, evtevent, evtowner::regrole, evtfoid::regproc, evtenabled, evttags,
		obj_description(oid, 'pg_event_trigger') FROM pg_event_trigger ORDER BY 1};
	return is(down($query), up($query), "$what: event triggers");
}

up(q{
	CREATE ROLE other SUPERUSER;
	CREATE SCHEMA s;
	CREATE TABLE s.seen (tag text);
	CREATE FUNCTION s.see() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO s.seen VALUES (tg_tag); END';
	CREATE FUNCTION s."do nothing"() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
	CREATE EVENT TRIGGER sees ON ddl_command_end EXECUTE FUNCTION s.see();
	CREATE EVENT TRIGGER "on some" ON sql_drop WHEN TAG IN ('DROP TABLE', 'DROP VIEW')
		EXECUTE FUNCTION s."do nothing"();
	CREATE EVENT TRIGGER rewrites ON table_rewrite EXECUTE FUNCTION s."do nothing"();
	CREATE EVENT TRIGGER starts ON ddl_command_start EXECUTE FUNCTION s."do nothing"();
	COMMENT ON EVENT TRIGGER starts IS 'it''s';
	BEGIN;
	CREATE EVENT TRIGGER taken_back ON ddl_command_start EXECUTE FUNCTION s."do nothing"();
	ROLLBACK;
});
same('created');
up('CREATE TABLE s.made (i int)');
same('a row that an event trigger wrote');
is(down('SELECT count(*) FROM s.seen'), up('SELECT count(*) FROM s.seen'), 'is written once');
up(q{
	ALTER EVENT TRIGGER sees DISABLE;
	ALTER EVENT TRIGGER "on some" ENABLE REPLICA;
	ALTER EVENT TRIGGER rewrites ENABLE ALWAYS;
	ALTER EVENT TRIGGER rewrites RENAME TO "re""writes";
	ALTER EVENT TRIGGER starts OWNER TO other;
	COMMENT ON EVENT TRIGGER starts IS NULL;
});
same('altered');
up(q{
	ALTER EVENT TRIGGER sees ENABLE;
	DROP EVENT TRIGGER "on some";
	DROP EVENT TRIGGER IF EXISTS "re""writes";
	DROP EVENT TRIGGER IF EXISTS nothing;
});
same('dropped');
is(down('SELECT count(*) FROM follower.unsupported'), '0', 'nothing was left out');

# This extension's own triggers are each side's own.
up('ALTER EVENT TRIGGER "!pg_follower_sql_drop" DISABLE');
wait_for_follow($downstream);
is(down(q{SELECT count(*) FROM pg_event_trigger WHERE evtname ~ '^!pg_follower' AND evtenabled <> 'A'}), '0',
	'those of the extension stay as they are');

done_testing();
