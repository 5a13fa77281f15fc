# Object classes with few verbs of their own: schemas, text search, conversions, foreign data, publications, access
# methods; and the verbs that all classes share: COMMENT, RENAME, OWNER TO, SET SCHEMA.
package Corpus::Fuzz::Others;

use strict;
use warnings;

# How a kind of object is named in the shared verbs, and which of them it knows: c(omment), r(ename), o(wner), s(chema).
my %verbs = (
	table => [ 'TABLE', 'cros' ],
	partitioned => [ 'TABLE', 'cros' ],
	partition => [ 'TABLE', 'cros' ],
	foreign => [ 'FOREIGN TABLE', 'cros' ],
	view => [ 'VIEW', 'cros' ],
	matview => [ 'MATERIALIZED VIEW', 'cros' ],
	sequence => [ 'SEQUENCE', 'cros' ],
	index => [ 'INDEX', 'c' ],
	enum => [ 'TYPE', 'cros' ],
	composite => [ 'TYPE', 'cros' ],
	range => [ 'TYPE', 'cros' ],
	domain => [ 'DOMAIN', 'cros' ],
	function => [ 'FUNCTION', 'cros' ],
	triggerfunction => [ 'FUNCTION', 'cros' ],
	procedure => [ 'PROCEDURE', 'cros' ],
	aggregate => [ 'AGGREGATE', 'cros' ],
	operator => [ 'OPERATOR', 'cos' ],
	opclass => [ 'OPERATOR CLASS', 'cros' ],
	opfamily => [ 'OPERATOR FAMILY', 'cros' ],
	collation => [ 'COLLATION', 'cros' ],
	conversion => [ 'CONVERSION', 'cros' ],
	cast => [ 'CAST', 'c' ],
	statistics => [ 'STATISTICS', 'cros' ],
	tsconfig => [ 'TEXT SEARCH CONFIGURATION', 'cros' ],
	tsdict => [ 'TEXT SEARCH DICTIONARY', 'cros' ],
	schema => [ 'SCHEMA', 'cro' ],
	publication => [ 'PUBLICATION', 'cro' ],
	fdw => [ 'FOREIGN DATA WRAPPER', 'cro' ],
	server => [ 'SERVER', 'cro' ],
	eventtrigger => [ 'EVENT TRIGGER', 'cro' ],
	method => [ 'ACCESS METHOD', 'c' ],
	trigger => [ 'TRIGGER', 'cr' ],
	policy => [ 'POLICY', 'cr' ],
	rule => [ 'RULE', 'cr' ]
);
# Wrappers and event triggers belong to superusers; home_a is where the roles of a history come home to.
my %prefix = (partitioned => 't', partition => 'p', table => 't', view => 'v', schema => 's', function => 'f');

sub shared_verb
{
	my ($f, $verb) = @_;
	my @kinds = grep { $verbs{$_}[1] =~ /$verb/ && $f->all($_) } sort keys %verbs;
	return if !@kinds;
	my $kind = $f->one(@kinds);
	my $o = $f->pick($kind);
	my $word = $verbs{$kind}[0];
	my $name =
		$kind eq 'operator' ? "$o->{name} ($o->{detail}[0])"
	  : $kind =~ /^(?:trigger|policy|rule)$/ ? "$o->{name} ON $o->{detail}[0]"
	  : $o->{name};
	return "COMMENT ON $word $name IS " . $f->one("'it''s \\ %s \$\$ a comment'", "'second\nline'", 'NULL', "''")
	  if $verb eq 'c';
	return
	  if $kind eq 'sequence' && $o->{detail}[2] eq 'i' && $verb ne 'r'
	  || $f->{role} && $kind =~ /^(?:fdw|eventtrigger)$/;
	return "ALTER $word $name RENAME TO " . $f->new_name($prefix{$kind} // substr($kind, 0, 2)) if $verb eq 'r';
	return "ALTER $word $name SET SCHEMA " . $f->schema if $verb eq 's';
	my $owner = $f->one('fuzz_a', 'fuzz_b', 'CURRENT_ROLE', 'SESSION_USER');
	return if $kind =~ /^(?:fdw|eventtrigger|publication)$/ && $owner =~ /fuzz/ || $f->{role};
	return "ALTER $word $name OWNER TO $owner";
}

sub column_comment
{
	my ($f) = @_;
	my $r = $f->pick(qw(table view matview partitioned foreign composite)) or return;
	my $c = $r->{columns} ? $f->column($r) : undef;
	$c = { name => (split /\|/, $r->{detail}[0])[0] } if $r->{kind} eq 'composite' && $r->{detail}[0] ne '';
	return $c ? "COMMENT ON COLUMN $r->{name}.$c->{name} IS " . $f->one("'column''s'", 'NULL', "E'tab\\t'") : undef;
}

sub create_schema
{
	my ($f) = @_;
	my $name = $f->new_name('s');
	return "CREATE SCHEMA $name" . $f->maybe(20, ' AUTHORIZATION ' . ($f->{role} || $f->one('fuzz_a', 'fuzz_b')))
	  if $f->below(4);
	my $t = $f->new_name('t');
	return
		"CREATE SCHEMA $name CREATE VIEW v AS SELECT * FROM $t CREATE TABLE $t (id serial PRIMARY KEY, "
	  . join(', ', map { $f->new_name('c') . ' text' } 1 .. 2)
	  . ') CREATE INDEX ON '
	  . $t
	  . ' (id) CREATE SEQUENCE sq GRANT SELECT ON v TO fuzz_b';
}

sub text_search
{
	my ($f) = @_;
	# The server stores a dictionary's options as text with the quotes of the moment; a restored dump has none, either.
	return if $f->{quotes_all} eq 'on';
	my ($c, $d) = ($f->pick('tsconfig'), $f->pick('tsdict'));
	my @can = (
		'CREATE TEXT SEARCH CONFIGURATION '
		  . $f->new_in_schema('ts')
		  . $f->one(' (COPY = pg_catalog.simple)', ' (PARSER = "default")', ' (COPY = english)'),
		'CREATE TEXT SEARCH DICTIONARY '
		  . $f->new_in_schema('td')
		  . $f->one(
			" (TEMPLATE = simple, STOPWORDS = english)",
			" (TEMPLATE = simple, ACCEPT = false)",
			" (TEMPLATE = snowball, LANGUAGE = german)"
		  )
	);
	if ($c)
	{
		my @mapped = split /;/, $c->{detail}[0];
		my %mapped = map { $_ => 1 } @mapped;
		my @free = grep { !$mapped{$_} } qw(word asciiword numword email url host);
		my $with = $d ? $d->{name} : 'simple';
		push @can, "DROP TEXT SEARCH CONFIGURATION $c->{name}" . $f->cascade,
		  map { "ALTER TEXT SEARCH CONFIGURATION $c->{name} $_" } @mapped
		  ? (
			'DROP MAPPING FOR ' . $f->one(@mapped),
			'ALTER MAPPING FOR ' . $f->one(@mapped) . " WITH $with, simple",
			"ALTER MAPPING REPLACE simple WITH $with"
		  )
		  : (), @free ? 'ADD MAPPING FOR ' . join(', ', $f->some(@free)) . " WITH $with" : ();
	}
	push @can, "DROP TEXT SEARCH DICTIONARY $d->{name}" . $f->cascade,
	  "ALTER TEXT SEARCH DICTIONARY $d->{name} (" . $f->one('stopwords', 'stopwords = english') . ')'
	  if $d;
	return $f->one(@can);
}

sub foreign_data
{
	my ($f) = @_;
	my ($w, $s, $t) = ($f->pick('fdw'), $f->pick('server'), $f->pick('foreign'));
	return
		'CREATE FOREIGN DATA WRAPPER '
	  . $f->new_name('fdw')
	  . $f->one('', ' NO HANDLER NO VALIDATOR', " OPTIONS (debug 'true', \"a b\" 'it''s')")
	  if !$w;
	return
		'CREATE SERVER '
	  . $f->new_name('srv')
	  . $f->maybe(40, " TYPE 'x' VERSION '1.''2'")
	  . " FOREIGN DATA WRAPPER $w->{name}"
	  . $f->maybe(50, " OPTIONS (host 'a', \"Port\" '5')")
	  if !$s || !$f->below(5);
	my @mapped = split /;/, $s->{detail}[0];
	my %mapped = map { $_ => 1 } @mapped;
	my @unmapped = grep { !$mapped{$_} } qw(fuzz_a fuzz_b PUBLIC);
	my @can = (
		(
			'CREATE FOREIGN TABLE ' . $f->new_in_schema('ft') . ' (' . join(
				', ',
				map {
					my $n = $f->new_name('c');
					$f->one(
						"$n int NOT NULL",
						"$n text OPTIONS (column_name 'x') DEFAULT 'd'",
						"$n date CHECK ($n > '2000-01-01'::date)"
					)
				} 1 .. 2
			  )
			  . ") SERVER $s->{name}"
			  . $f->maybe(50, " OPTIONS (schema_name 's', \"table\" 't')")
		) x 3,
		"ALTER SERVER $s->{name} " . $f->one("VERSION '3'", "OPTIONS (ADD " . $f->new_name('o') . " 'x')"),
		"ALTER FOREIGN DATA WRAPPER $w->{name} OPTIONS (ADD " . $f->new_name('o') . " 'x')",
		"DROP SERVER $s->{name}" . $f->cascade,
		"DROP FOREIGN DATA WRAPPER $w->{name} CASCADE"
	);
	push @can,
		'CREATE USER MAPPING FOR '
	  . $f->one(@unmapped)
	  . " SERVER $s->{name}"
	  . $f->maybe(60, " OPTIONS (\"user\" 'u', password 'p''w')")
	  if @unmapped;
	push @can, (
		map {
			(
				"ALTER USER MAPPING FOR $_ SERVER $s->{name} OPTIONS (ADD @{[$f->new_name('o')]} 'y')",
				"DROP USER MAPPING FOR $_ SERVER $s->{name}"
			)
		} $f->one(@mapped)
	) if @mapped;
	if ($t)
	{
		my $c = $f->column($t);
		push @can,
		  "ALTER FOREIGN TABLE $t->{name} "
		  . $f->one(
			'ADD ' . $f->new_name('c') . " text OPTIONS (a 'b')",
			"OPTIONS (ADD " . $f->new_name('o') . " 'z')",
			$c && $c->{local}
			? (
				"ALTER $c->{name} OPTIONS (ADD " . $f->new_name('o') . " 'it''s')",
				"DROP $c->{name} CASCADE",
				"ALTER $c->{name} SET STATISTICS 20",
				"RENAME $c->{name} TO " . $f->new_name('c')
			  )
			: ()
		  );
		push @can, "DROP FOREIGN TABLE $t->{name}" . $f->cascade;
	}
	return $f->one(@can);
}

sub publication
{
	my ($f) = @_;
	my $p = $f->pick('publication');
	my $t = $f->pick_where(sub { $_[0]{flags} =~ /^p/ }, 'table', 'partitioned');
	my $options = $f->maybe(40,
			" WITH (publish = '"
		  . $f->one('insert', 'insert, delete', 'truncate') . "'"
		  . $f->maybe(50, ', publish_via_partition_root')
		  . ')');
	if (!$p || !$f->below(3))
	{
		my $c = $t && $f->column($t);
		my $name = $f->new_name('pub');
		return "CREATE PUBLICATION $name "
		  . $f->one(
			'FOR ALL TABLES',
			'FOR TABLES IN SCHEMA ' . $f->schema,
			'',
			$t
			? (
				"FOR TABLE $t->{name}",
				$c && $c->{made} eq ''
				? (
					"FOR TABLE $t->{name} ($c->{name})",
					$t->{kind} eq 'table' ? "FOR TABLE $t->{name} WHERE ($c->{name} IS NULL)" : ()
				  )
				: ()
			  )
			: ()
		  ) . $options;
	}
	my ($all, $tables) = @{ $p->{detail} };
	my @tables = split /;/, $tables;
	return $f->one(
		"DROP PUBLICATION $p->{name}",
		"ALTER PUBLICATION $p->{name} SET (publish = 'insert')",
		$all ? ()
		: (
			$t && !grep({ $_ eq $t->{name} } @tables)
			? (
				"ALTER PUBLICATION $p->{name} ADD TABLE $t->{name}",
				"ALTER PUBLICATION $p->{name} SET TABLE $t->{name}"
			  )
			: (),
			@tables ? ("ALTER PUBLICATION $p->{name} DROP TABLE " . $f->one(@tables)) x 2 : ()
		)
	);
}

our @generators = (
	[ 4, \&create_schema ],
	[
		1,
		sub {
			my $f = shift;
			$f->with_kind('schema', sub { my $s = $_[0]{name}; return if $s eq 'home_a'; "DROP SCHEMA $s CASCADE" });
		}
	],
	[ 7, sub { shared_verb($_[0], 'c') } ],
	[ 3, \&column_comment ],
	[ 8, sub { shared_verb($_[0], 'r') } ],
	[ 5, sub { shared_verb($_[0], 'o') } ],
	[ 5, sub { shared_verb($_[0], 's') } ],
	[ 4, \&text_search ],
	[ 5, sub { my ($f) = @_; return if $f->{role}; foreign_data($f) } ],
	[ 3, sub { my ($f) = @_; return if $f->{role}; publication($f) } ],
	[
		1,
		sub {
			my $f = shift;
			my $c = $f->pick('conversion');
			$c && $f->below(2)
			  ? "DROP CONVERSION $c->{name}"
			  : 'CREATE CONVERSION ' . $f->new_in_schema('cv') . " FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8";
		}
	],
	[
		1,
		sub {
			my $f = shift;
			return if $f->{role};
			my $m = $f->pick('method');
				$m && !$f->below(3) ? "DROP ACCESS METHOD $m->{name} CASCADE"
			  : $m ? undef
			  : 'CREATE ACCESS METHOD ' . $f->new_name('am') . ' TYPE TABLE HANDLER heap_tableam_handler';
		}
	],
);

1;
