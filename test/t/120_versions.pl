# Servers of two versions: an older upstream follows, with the words of the newer version; a newer one is refused unless
# it is asked for, and then all follows that the older version knows.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs UPSTREAM_PG_CONFIG, of another version than PG_CONFIG'
  if $upstream_major == $downstream_major;

my ($upstream, $downstream) = pgf_pair();

sub follows
{
	my ($what, $statements) = @_;
	$upstream->safe_psql('postgres', $statements);
	wait_for_follow($downstream);
	is_same($upstream, $downstream, $what);
	return;
}

sub unsupported
{
	return $downstream->safe_psql('postgres', 'SELECT command, object FROM follower.unsupported ORDER BY 1, 2');
}

my $newer = $upstream_major > $downstream_major;
if ($newer)
{
	my ($status, $out, $err) = $downstream->psql('postgres', 'SELECT start_follow($$' . conninfo($upstream) . '$$)');
	like($err, qr/ERROR:  cannot follow a server of a newer version/, 'a newer upstream is refused');
	like($err, qr/DETAIL:  The upstream is PostgreSQL $upstream_major, this server is PostgreSQL $downstream_major\./,
		'the versions are named');
	like($err, qr/HINT:  With allow_newer => true/, 'and so is the way to follow it');
	$downstream->safe_psql('postgres', 'SELECT start_follow($$' . conninfo($upstream)
		  . '$$, copy_data => false, allow_newer => true)');
}
else
{
	start_follow($downstream, $upstream);
}

follows('tables, rows and what stands around them', q{
	CREATE TYPE mood AS ENUM ('sad', 'happy');
	CREATE DOMAIN positive AS integer NOT NULL CHECK (VALUE > 0);
	CREATE SEQUENCE numbers AS integer START 5;
	CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood DEFAULT 'sad', p positive,
		n integer DEFAULT nextval('numbers') NOT NULL, g integer GENERATED ALWAYS AS (n * 2) STORED, t text UNIQUE);
	CREATE TABLE child (more text NOT NULL) INHERITS (parent);
	CREATE TABLE parted (a integer NOT NULL, b text) PARTITION BY RANGE (a);
	CREATE TABLE part_1 PARTITION OF parted (b NOT NULL) FOR VALUES FROM (0) TO (10);
	CREATE TABLE part_2 PARTITION OF parted DEFAULT;
	INSERT INTO parent (m, p, t) SELECT 'happy', i, 't' || i FROM generate_series(1, 100) i;
	INSERT INTO child (id, p, more) VALUES (1000, 1, 'one');
	INSERT INTO parted VALUES (1, 'one'), (100, 'hundred');
	UPDATE parent SET n = n + 1 WHERE id % 3 = 0;
	DELETE FROM parent WHERE id % 7 = 0;
	CREATE VIEW simple AS SELECT id, m FROM parent WHERE p > 5;
	CREATE VIEW joined AS SELECT parent.id, parted.b FROM parent JOIN parted ON parted.a = parent.id;
	CREATE MATERIALIZED VIEW stored AS SELECT m, count(*) FROM parent GROUP BY m;
	CREATE INDEX ON parent (lower(t)) INCLUDE (n) WHERE n > 3;
	CREATE STATISTICS s (dependencies) ON m, p FROM parent;
	CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 * 2;
	CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.t := NEW.t; RETURN NEW; END';
	CREATE TRIGGER fires BEFORE UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION fires();
	CREATE RULE nothing AS ON DELETE TO child DO INSTEAD NOTHING;
	CREATE POLICY visible ON parent USING (n > 0);
	CREATE PUBLICATION all_of_it FOR ALL TABLES;
	COMMENT ON COLUMN parent.t IS 'a comment';
	CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = 0);
	CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = ===);
	CREATE COLLATION english (PROVIDER = icu, LOCALE = 'en');
	CREATE FOREIGN DATA WRAPPER nowhere;
	CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
	CREATE FOREIGN TABLE farther (a integer NOT NULL) SERVER far;
});
follows('changes of tables', q{
	ALTER TABLE parent ADD added double precision DEFAULT random() NOT NULL, ALTER m DROP DEFAULT,
		ADD CONSTRAINT n_positive CHECK (n > 0) NOT VALID;
	ALTER TABLE parent VALIDATE CONSTRAINT n_positive;
	ALTER TABLE parent ALTER m SET NOT NULL, ALTER n DROP NOT NULL;
	ALTER TABLE parent ALTER t TYPE varchar(20), ALTER n SET STATISTICS 77, ALTER t SET STORAGE external;
	ALTER TABLE parent RENAME m TO feeling;
	ALTER TABLE parent RENAME TO renamed;
	ALTER TABLE renamed ALTER p SET NOT NULL;
	ALTER TABLE parted ADD PRIMARY KEY (a);
	ALTER TABLE parted DETACH PARTITION part_2;
	ALTER SEQUENCE numbers INCREMENT 3;
	ALTER DOMAIN positive DROP NOT NULL;
	REFRESH MATERIALIZED VIEW stored;
	CREATE OR REPLACE VIEW simple AS SELECT id, feeling AS m FROM renamed WHERE p > 7;
	CREATE TABLE made AS SELECT id, random() AS r FROM renamed;
	DROP FUNCTION twice(integer);
	DROP TABLE child;
	UPDATE made SET r = r + 1;
	DELETE FROM made WHERE id < 10;
});
is(unsupported(), '', 'nothing was left out');

if ($newer)
{
	follows('NOT NULL constraints follow as NOT NULL', q{
		CREATE TABLE named (a integer CONSTRAINT a_has NOT NULL, b integer CONSTRAINT b_has NOT NULL NO INHERIT,
			c integer, d integer);
		ALTER TABLE named ADD CONSTRAINT c_has NOT NULL c, ADD CONSTRAINT d_has NOT NULL d NOT VALID;
		INSERT INTO named VALUES (1, 2, 3, 4);
		ALTER TABLE named VALIDATE CONSTRAINT d_has;
		ALTER TABLE named RENAME CONSTRAINT c_has TO c_is;
		ALTER TABLE named ALTER CONSTRAINT b_has INHERIT;
		ALTER TABLE named DROP CONSTRAINT c_is;
		UPDATE named SET c = NULL;
	}) if $upstream_major >= 18;
	$upstream->safe_psql('postgres', q{
		ALTER TABLE named ALTER CONSTRAINT a_has NO INHERIT;
		CREATE TABLE computed (a integer PRIMARY KEY, v integer GENERATED ALWAYS AS (a * 2) VIRTUAL);
		COMMENT ON TABLE computed IS 'not known here';
	}) if $upstream_major >= 18;
	$upstream->safe_psql('postgres', q{
		ALTER TABLE renamed ALTER g SET EXPRESSION AS (n * 3);
		GRANT MAINTAIN ON renamed TO PUBLIC;
	}) if $upstream_major >= 17 && $downstream_major < 17;
	$upstream->safe_psql('postgres', 'INSERT INTO made VALUES (1000, 0)');
	wait_for_follow($downstream);
	my @expected;
	push @expected, 'ALTER TABLE|table public.renamed' if $upstream_major >= 17 && $downstream_major < 17;
	push @expected, 'COMMENT|table public.computed', 'CREATE TABLE|table public.computed' if $upstream_major >= 18;
	push @expected, 'GRANT|' if $upstream_major >= 17 && $downstream_major < 17;
	is(unsupported(), join("\n", @expected), 'what the older version does not know is recorded');
	is($downstream->safe_psql('postgres', 'SELECT count(*) FROM made WHERE id = 1000'), '1', 'rows go on following');
	$downstream->safe_psql('postgres', 'SELECT alter_follow(allow_newer => false)');
	wait_until($downstream, 'SELECT last_error FROM follow_status', 'cannot follow a server of a newer version');
}

done_testing();
