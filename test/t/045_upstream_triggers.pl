# What a trigger or rule did upstream is in the stream, so it does not fire downstream a second time, however it is
# enabled. What somebody enabled on the downstream itself fires there.
use strict;
use warnings;

use PgFollower;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
sub up { return $upstream->safe_psql('postgres', $_[0]) }
sub down { return $downstream->safe_psql('postgres', $_[0]) }

# Tables with a trigger or rule of each kind, which write how they fire to a table without a key: what fires twice is
# there twice.
my $prepared = q{
	CREATE TABLE fired (what text);
	CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO public.fired VALUES (concat_ws(' ', tg_name, tg_when, tg_op, tg_level));
		RETURN CASE WHEN tg_op = 'DELETE' THEN old ELSE new END;
	END $$;
	CREATE TABLE watched (id int PRIMARY KEY, n int);
	CREATE TRIGGER always_before BEFORE INSERT OR UPDATE OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION fire();
	CREATE TRIGGER always_after AFTER INSERT OR UPDATE OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION fire();
	CREATE TRIGGER always_statement BEFORE INSERT OR UPDATE OR DELETE ON watched EXECUTE FUNCTION fire();
	CREATE TRIGGER always_truncate BEFORE TRUNCATE ON watched EXECUTE FUNCTION fire();
	CREATE TRIGGER replica AFTER INSERT OR UPDATE OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION fire();
	CREATE CONSTRAINT TRIGGER deferred AFTER INSERT OR UPDATE ON watched DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION fire();
	ALTER TABLE watched ENABLE ALWAYS TRIGGER always_before, ENABLE ALWAYS TRIGGER always_after,
		ENABLE ALWAYS TRIGGER always_statement, ENABLE ALWAYS TRIGGER always_truncate,
		ENABLE REPLICA TRIGGER replica, ENABLE ALWAYS TRIGGER deferred;
	CREATE TABLE ruled (id int PRIMARY KEY, n int);
	CREATE RULE always_insert AS ON INSERT TO ruled DO ALSO INSERT INTO fired VALUES ('insert rule');
	CREATE RULE always_update AS ON UPDATE TO ruled DO ALSO INSERT INTO fired VALUES ('update rule');
	CREATE RULE "Replica's" AS ON DELETE TO ruled DO INSTEAD INSERT INTO fired VALUES ('delete rule');
	ALTER TABLE ruled ENABLE ALWAYS RULE always_insert, ENABLE ALWAYS RULE always_update,
		ENABLE REPLICA RULE "Replica's";
};
my $writes = q{
	INSERT INTO watched SELECT i, i FROM generate_series(1, 4) AS i;
	UPDATE watched SET n = -n WHERE id < 3;
	DELETE FROM watched WHERE id = 4;
	SET CONSTRAINTS ALL IMMEDIATE;
	TRUNCATE watched;
	INSERT INTO watched VALUES (5, 5);
	INSERT INTO ruled SELECT i, i FROM generate_series(1, 4) AS i;
	UPDATE ruled SET n = -n;
	DELETE FROM ruled WHERE id = 4;
};

# A database whose schema somebody restored, as pg_dump writes it, before it follows.
up($prepared);
down($prepared);
start_follow($downstream, $upstream, copy_data => 0);
up($writes);
wait_for_follow($downstream);
is_same($upstream, $downstream, 'triggers and rules that both sides had before');
isnt(up(q{SELECT count(*) FROM fired WHERE what LIKE 'deferred%'}), '0', 'they have fired upstream');
isnt(up(q{SELECT count(*) FROM fired WHERE what LIKE '%rule'}), '0', 'so have rules');

# One transaction makes, enables and uses them.
up("BEGIN; DROP TABLE fired, watched, ruled; DROP FUNCTION fire; $prepared $writes COMMIT;");
wait_for_follow($downstream);
is_same($upstream, $downstream, 'triggers and rules that follow');

# Names, ways in which they are enabled, and tables change while rows come.
up(q{
	ALTER TRIGGER always_after ON watched RENAME TO renamed;
	ALTER RULE always_insert ON ruled RENAME TO renamed;
	INSERT INTO watched VALUES (6, 6);
	INSERT INTO ruled VALUES (6, 6);
	ALTER TABLE watched ENABLE REPLICA TRIGGER renamed, DISABLE TRIGGER always_before;
	ALTER TABLE ruled ENABLE REPLICA RULE renamed;
	INSERT INTO watched VALUES (7, 7);
	INSERT INTO ruled VALUES (7, 7);
	ALTER TABLE watched ENABLE ALWAYS TRIGGER renamed, ENABLE ALWAYS TRIGGER always_before;
	ALTER TABLE ruled ENABLE ALWAYS RULE renamed;
	ANALYZE watched, ruled;
	INSERT INTO watched SELECT i, i FROM generate_series(8, 1000) AS i;
	INSERT INTO ruled SELECT i, i FROM generate_series(8, 1000) AS i;
	UPDATE watched SET n = 0 WHERE id > 500;
	UPDATE ruled SET n = 0 WHERE id > 500;
	TRUNCATE watched, ruled;
});
down('ANALYZE watched, ruled');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'their changes follow, and still none fires');

# A table owner who is no superuser.
$_->safe_psql('postgres', 'CREATE ROLE seller') for $upstream, $downstream;
up(q{
	GRANT CREATE ON SCHEMA public TO seller;
	GRANT INSERT ON fired TO seller;
	SET SESSION AUTHORIZATION seller;
	CREATE TABLE sold (id int PRIMARY KEY);
	CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON sold DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION fire();
	ALTER TABLE sold ENABLE ALWAYS TRIGGER deferred;
	INSERT INTO sold VALUES (1);
});
wait_for_follow($downstream);
is_same($upstream, $downstream, 'a deferred trigger of a table whose owner is no superuser does not stop the follow');

# Triggers of constraints, whose names hold a number that is another one on each server. What they delete is deleted
# once.
down('CREATE TABLE one_more (i int); DROP TABLE one_more') for 1 .. 3;
up(q{
	CREATE TABLE parent (id int PRIMARY KEY);
	CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE);
	CREATE TABLE own_parent (id int PRIMARY KEY, parent int REFERENCES own_parent ON DELETE CASCADE);
	DO $$
	DECLARE r record;
	BEGIN
		FOR r IN SELECT tgrelid::regclass AS t, tgname FROM pg_trigger
			WHERE tgrelid IN ('parent'::regclass, 'child'::regclass, 'own_parent'::regclass)
		LOOP
			EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', r.t, r.tgname);
		END LOOP;
	END $$;
	INSERT INTO parent VALUES (1), (2), (3);
	INSERT INTO child VALUES (1, 1), (2, 1), (3, 2), (4, 3);
	INSERT INTO own_parent VALUES (1, NULL), (2, 1), (3, 1), (4, NULL);
	DELETE FROM parent WHERE id < 3;
	DELETE FROM own_parent WHERE id = 1;
});
wait_for_follow($downstream);
is_same($upstream, $downstream, 'triggers of constraints');
is(down('SELECT rows_missing, unsupported FROM follow_status'), '0|0', 'which did not fire twice');

# TRUNCATE of tables of two owners runs as the worker, which is safe where no trigger fires.
up('CREATE TRIGGER always_truncate BEFORE TRUNCATE ON sold EXECUTE FUNCTION fire();
	ALTER TABLE sold ENABLE ALWAYS TRIGGER always_truncate; TRUNCATE sold, watched');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'TRUNCATE of two owners\' tables with triggers follows');

# ------------------------------------------------------------------------------------------ enabled on the downstream
up('TRUNCATE fired, ruled');
wait_for_follow($downstream);
down(q{
	ALTER TABLE watched ENABLE REPLICA TRIGGER always_before, ENABLE ALWAYS TRIGGER replica;
	ALTER TABLE ruled ENABLE REPLICA RULE always_update;
	ALTER TABLE sold ENABLE REPLICA TRIGGER always_truncate;
	CREATE TRIGGER own AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION fire();
	ALTER TABLE watched ENABLE ALWAYS TRIGGER own;
});
# What fired downstream alone while the upstream did `sql`, and how often.
sub fired_downstream
{
	my ($sql) = @_;
	up("TRUNCATE fired");
	wait_for_follow($downstream);
	up($sql);
	wait_for_follow($downstream);
	my %once;
	$once{$_}-- for split /\n/, up('SELECT what FROM fired');
	$once{$_}++ for split /\n/, down('SELECT what FROM fired');
	return join(', ', map { "$_ x $once{$_}" } grep { $once{$_} } sort keys %once);
}
is(fired_downstream('INSERT INTO watched VALUES (1, 1), (2, 2)'),
	'always_before BEFORE INSERT ROW x 2, own AFTER INSERT ROW x 2, replica AFTER INSERT ROW x 2',
	'triggers that are enabled otherwise on the downstream, or that are its own, fire there');
is(fired_downstream('INSERT INTO ruled VALUES (1, 1), (2, 2); UPDATE ruled SET n = 0'),
	'update rule x 2', 'so do rules');
is(fired_downstream('TRUNCATE sold'), 'always_truncate BEFORE TRUNCATE STATEMENT x 1', 'so do triggers of TRUNCATE');

up(q{
	ALTER TABLE watched DISABLE TRIGGER always_before, DISABLE TRIGGER replica;
	ALTER TABLE watched ENABLE ALWAYS TRIGGER always_before, ENABLE REPLICA TRIGGER replica;
	ALTER TABLE ruled DISABLE RULE always_update;
	ALTER TABLE ruled ENABLE ALWAYS RULE always_update;
});
is(fired_downstream('INSERT INTO watched VALUES (3, 3); UPDATE ruled SET n = 1'), 'own AFTER INSERT ROW x 1',
	'until the upstream enables them anew');
done_testing();
