# Rows that cannot follow are never lost in silence, and triggers and rules that are to fire in a replica do so.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream, copy_data => 0);

$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE nothing (id int PRIMARY KEY, t text);
ALTER TABLE nothing REPLICA IDENTITY NOTHING;
INSERT INTO nothing SELECT i, 'row' FROM generate_series(1, 5) AS i;
SQL
$upstream->safe_psql('postgres', 'BEGIN; UPDATE nothing SET t = id; DELETE FROM nothing WHERE id > 2; COMMIT');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT command, object, reason FROM follower.unsupported ORDER BY command DESC'),
	"UPDATE|table public.nothing|5 rows of a table without replica identity\n"
	  . 'DELETE|table public.nothing|3 rows of a table without replica identity',
	'rows without replica identity are recorded downstream');
is($downstream->safe_psql('postgres', 'SELECT unsupported FROM follow_status'), '2', 'and counted');
$upstream->safe_psql('postgres', 'DELETE FROM nothing');
wait_for_follow($downstream);
my @warnings = slurp_file($upstream->logfile) =~ /WARNING: +rows changed in table public\.nothing cannot follow/g;
is(scalar @warnings, 1, 'the upstream warns of a table once a session');

# Triggers and rules; the table above differs by now.
$upstream->safe_psql('postgres', 'DROP TABLE nothing');
$upstream->safe_psql('postgres', <<'SQL');
CREATE TABLE fired (id serial PRIMARY KEY, what text);
CREATE TABLE watched (id int PRIMARY KEY, n int);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.fired (what) VALUES (tg_name || ' ' || tg_op || ' ' || new.id);
    RETURN new;
END
$$;
CREATE TRIGGER origin AFTER INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER disabled AFTER INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION fire();
ALTER TABLE watched DISABLE TRIGGER disabled;
CREATE TABLE ruled (id int PRIMARY KEY);
CREATE RULE origin AS ON INSERT TO ruled DO ALSO INSERT INTO fired (what) VALUES ('rule origin ' || new.id);
INSERT INTO watched SELECT i, i FROM generate_series(1, 3) AS i;
UPDATE watched SET n = -n WHERE id < 3;
INSERT INTO ruled VALUES (1);
SQL
wait_for_follow($downstream);
is_same($upstream, $downstream, 'ordinary triggers and rules have fired once, upstream');

# On the downstream alone, and so with names that the upstream's rows do not bring.
$downstream->safe_psql('postgres', <<'SQL');
CREATE TABLE fired_here (what text);
CREATE FUNCTION fire_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.fired_here VALUES (tg_name || ' ' || tg_op || ' ' || new.id);
    RETURN new;
END
$$;
CREATE TRIGGER replica AFTER INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION fire_here();
ALTER TABLE watched ENABLE REPLICA TRIGGER replica;
CREATE TRIGGER always AFTER INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION fire_here();
ALTER TABLE watched ENABLE ALWAYS TRIGGER always;
CREATE TRIGGER ordinary AFTER INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION fire_here();
CREATE RULE here AS ON INSERT TO ruled DO ALSO INSERT INTO public.fired_here VALUES ('rule here ' || new.id);
ALTER TABLE ruled ENABLE ALWAYS RULE here;
SQL
$upstream->safe_psql('postgres', <<'SQL');
INSERT INTO watched SELECT i, i FROM generate_series(4, 5) AS i;
UPDATE watched SET n = 0 WHERE id = 1;
INSERT INTO ruled VALUES (2);
SQL
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', 'SELECT what FROM fired_here ORDER BY what'),
	join("\n", 'always INSERT 4', 'always INSERT 5', 'always UPDATE 1', 'replica INSERT 4', 'replica INSERT 5',
		'replica UPDATE 1', 'rule here 2'),
	'triggers and rules of a replica fire there');
done_testing();
