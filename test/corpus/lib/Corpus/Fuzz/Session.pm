# What a session does around its statements: transactions and savepoints, roles, settings, temporary objects, code that
# runs statements, statements that fail.
package Corpus::Fuzz::Session;

use strict;
use warnings;

sub transaction
{
	my ($f) = @_;
	return if !$f->{block};
	my @how = (('COMMIT') x 6, 'SAVEPOINT ' . $f->one('s1', 's2'), 'SAVEPOINT s1', 'ROLLBACK', 'COMMIT AND CHAIN');
	my @open = @{ $f->{savepoints} || [] };
	push @how, map { ("ROLLBACK TO SAVEPOINT $_") x 2, "RELEASE SAVEPOINT $_" } $f->one(@open) if @open;
	push @how, "PREPARE TRANSACTION 'fuzz'" if !$f->below(4) && !$f->{temporary};
	my $how = $f->one(@how);
	if ($how =~ /^SAVEPOINT (\w+)/) { push @{ $f->{savepoints} }, $1; }
	elsif ($how =~ /^(ROLLBACK TO|RELEASE) SAVEPOINT (\w+)/)
	{
		my ($verb, $name) = ($1, $2);
		while (@open) { last if $open[-1] eq $name; pop @open; }
		pop @open if $verb eq 'RELEASE';
		$f->{savepoints} = \@open;
	}
	else
	{
		$f->{block} = $how =~ /CHAIN/ ? 1 : 0;
		$f->{prepared} = 1 if $how =~ /^PREPARE/;
		@$f{qw(savepoints temporary)} = ([], 0);
	}
	return $how;
}

sub temporary
{
	my ($f) = @_;
	$f->{temporary} = 1;
	my ($t, $r) = ($f->pick('temptable'), $f->any_table);
	my $name = $f->new_name('tmp');
	my $plain = sub {
		join(', ', map { $f->new_name('c') . ' ' . $f->one('int', 'text', 'serial') } 1 .. 2);
	};
	my @can = (
		"CREATE TEMP TABLE $name (" . $plain->() . ')' . $f->maybe(20, ' ON COMMIT DROP'),
		"CREATE TEMP SEQUENCE $name",
		'CREATE TEMP VIEW ' . $name . ' AS SELECT 1 AS one',
		"CREATE TEMP TABLE $name AS SELECT 1 AS a, random() AS b"
	);
	# A temporary table of the same name as a permanent one hides it.
	push @can, "CREATE TEMP TABLE " . Corpus::Fuzz::bare($r->{name}) . ' (a int)',
	  'CREATE TEMP VIEW ' . $name . " AS SELECT * FROM $r->{name}",
	  "CREATE TEMP TABLE $name (LIKE $r->{name} INCLUDING ALL)"
	  if $r;
	push @can, "INSERT INTO pg_temp.$t->{name} DEFAULT VALUES",
	  "ALTER TABLE pg_temp.$t->{name} ADD " . $f->new_name('c') . ' uuid DEFAULT gen_random_uuid()',
	  "CREATE INDEX ON pg_temp.$t->{name} ((1))", "DROP TABLE pg_temp.$t->{name} CASCADE",
	  $r
	  ? (
		"DROP TABLE pg_temp.$t->{name}, $r->{name} CASCADE",
		'CREATE TABLE ' . $f->new_in_schema('t') . " AS TABLE pg_temp.$t->{name}",
		'CREATE TABLE ' . $f->new_in_schema('t') . " (LIKE pg_temp.$t->{name} INCLUDING COMMENTS)"
	  )
	  : ()
	  if $t;
	return $f->one(@can);
}

# Code that runs statements; each nested statement is one of the fuzzer's own as well.
sub code
{
	my ($f) = @_;
	my $n = ++$f->{counter};
	my $s = $f->schema;
	my $t = $f->any_table;
	my @can = (
		"DO \$do\$ BEGIN EXECUTE 'CREATE TABLE $s.dyn$n (a int DEFAULT 3, b text)'; "
		  . "INSERT INTO $s.dyn$n VALUES (1, random()::text); "
		  . "ALTER TABLE $s.dyn$n ADD c uuid DEFAULT gen_random_uuid(); END \$do\$",
		"DO \$do\$ BEGIN CREATE TABLE $s.sub$n (a int); "
		  . "BEGIN CREATE TABLE $s.gone$n (a int); INSERT INTO $s.sub$n VALUES (1); "
		  . "RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN INSERT INTO $s.sub$n VALUES (2); END; END \$do\$",
		"DO \$do\$ BEGIN FOR i IN 1..3 LOOP "
		  . "EXECUTE format('CREATE TABLE $s.loop${n}_%s AS SELECT %s AS a, random() AS b', i, i); "
		  . "END LOOP; DROP TABLE $s.loop${n}_2; END \$do\$",
		$f->{block}
		? ()
		: "DO \$do\$ BEGIN CREATE TABLE $s.com$n (a int); COMMIT; "
		  . "INSERT INTO $s.com$n VALUES (1); ROLLBACK; "
		  . "ALTER TABLE $s.com$n ADD b text DEFAULT random()::text; END \$do\$",
		"CREATE TABLE $s.one$n (a int)\\; INSERT INTO $s.one$n VALUES (1)\\; "
		  . "ALTER TABLE $s.one$n ADD b int DEFAULT 2\\; UPDATE $s.one$n SET a = 2"
	);
	return $f->one(@can) if $s !~ /['"]/;
	return;
}

sub setting
{
	my ($f) = @_;
	my $method = $f->pick('method');
	return 'SET default_table_access_method = ' . $f->one($method->{name}, 'heap') if $method && !$f->below(5);
	my $local = $f->{block} ? $f->one('SET', 'SET LOCAL') : 'SET';
	return "$local "
	  . $f->one(
		"DateStyle = 'SQL, DMY'",
		'quote_all_identifiers = on',
		'quote_all_identifiers = off',
		"TimeZone = 'Asia/Tokyo'",
		'extra_float_digits = 0',
		"IntervalStyle = 'iso_8601'",
		'check_function_bodies = off',
		"bytea_output = 'escape'",
		"default_toast_compression = 'pglz'",
		"xmlbinary = 'hex'",
		"xmloption = 'document'",
		'array_nulls = on',
		"lc_monetary = 'C'",
		'row_security = off'
	  );
}

our @generators = (
	[ 3, \&temporary ],
	[ 3, \&code ],
	[
		2,
		sub {
			my $f = shift;
			my $s = $f->schema;
			$f->one(
				"SET search_path = $s",
				"SET search_path = $s, pg_temp, public",
				"SET search_path = ''",
				'RESET search_path'
			);
		}
	],
	[ 2, \&setting ],
	[
		2,
		sub {
			my $f = shift;
			return if $f->{block};
			$f->{role} ? 'RESET ROLE' : 'SET ROLE ' . $f->one('fuzz_a', 'fuzz_b');
		}
	],
	[
		5,
		sub {
			my $f = shift;
			return if $f->{block};
			$f->{block} = 1;
			@$f{qw(savepoints temporary)} = ([], 0);
			$f->one('BEGIN', 'BEGIN', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
		}
	],
	[ 16, \&transaction ],
);

1;
