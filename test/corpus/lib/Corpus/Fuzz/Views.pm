# Views, materialized views, and what is made on a relation to change its ways: rules, triggers, policies.
package Corpus::Fuzz::Views;

use strict;
use warnings;

# A query over what exists, as a list of (text, names of its columns).
sub query
{
	my ($f) = @_;
	# A materialized view is filled again downstream, so no query says what only one side knows: rows of unlogged
	# tables, or texts that depend on the session's settings.
	my @permanent = qw(table table partitioned partition);
	my $r =
	  $f->below(4) ? $f->pick_where(sub { $_[0]{flags} =~ /^p/ }, @permanent) : $f->pick('view', 'matview', 'foreign');
	return if !$r || !@{ $r->{columns} };
	my @c = @{ $r->{columns} };
	my $c = $f->one(@c);
	my $other = $f->pick_where(sub { $_[0]{flags} =~ /^p/ }, @permanent);
	my $function = $f->pick_where(sub { $_[0]{detail}[2] eq 'true' }, 'function');
	my @forms = (
		"SELECT * FROM $r->{name}",
		"SELECT * FROM $r->{name}",
		"SELECT count(*) AS n FROM $r->{name}",
		"SELECT $c->{name}, 'it''s'::text AS q FROM $r->{name} WHERE $c->{name} IS NOT NULL",
		"SELECT x.$c->{name} AS a, row_number() OVER (PARTITION BY x.$c->{name} IS NULL) * 0 AS nr FROM $r->{name} x",
		"WITH w AS (SELECT $c->{name} AS a FROM $r->{name}) SELECT w.a, count(*) OVER () AS n FROM w",
		"SELECT $c->{name} AS a FROM $r->{name} UNION ALL SELECT $c->{name} FROM $r->{name}",
		"SELECT r FROM $r->{name} r",
		"SELECT count($c->{name}) AS m, tableoid = 0 AS o FROM $r->{name} GROUP BY tableoid" x
		  ($r->{kind} =~ /^(?:table|partitioned)$/)
	);
	push @forms, "SELECT a.$c->{name} AS x, b AS y FROM $r->{name} a LEFT JOIN $other->{name} b ON false" if $other;
	# The server invents an alias for the second, and writes a natural join without common columns in a way of its own.
	push @forms, "SELECT $c->{name} AS a FROM $r->{name} WHERE EXISTS (SELECT FROM $r->{name})";
	push @forms, "SELECT a.$c->{name} AS x, 1 AS y FROM $r->{name} a NATURAL LEFT JOIN (SELECT 1 AS one) b";
	push @forms, "SELECT $c->{name} AS a, $function->{detail}[0](1, 'z') AS f FROM $r->{name}" if $function;
	my $e = $f->pick('enum');
	push @forms, 'SELECT ' . $f->value($e->{name}, 1) . " AS e FROM $r->{name}" if $e;
	return $f->one(grep { $_ ne '' } @forms);
}
*Corpus::Fuzz::query = \&query;

sub create_view
{
	my ($f) = @_;
	my $old = $f->below(8) ? undef : $f->pick('view');
	# A view keeps its columns when it is replaced, and may get more.
	return
		"CREATE OR REPLACE VIEW $old->{name} AS SELECT "
	  . join(', ', map { "NULL::$_->{type} AS $_->{name}" } @{ $old->{columns} })
	  . $f->maybe(50, ', 1 AS ' . $f->new_name('c'))
	  if $old && @{ $old->{columns} } && !grep { $_->{type} =~ /\(|^(?:text|character|name|bpchar)|\[/ }
	  @{ $old->{columns} };
	my $query = query($f) or return;
	return
		'CREATE '
	  . $f->maybe(10, 'OR REPLACE ') . 'VIEW '
	  . $f->new_in_schema('v')
	  . $f->maybe(15, ' WITH (' . $f->one('security_barrier', 'security_invoker = true') . ')')
	  . " AS $query"
	  . (    $query =~ /^SELECT \* FROM (?:\S+|".*?"\."?.*"?)$/
		  && $f->named($query =~ s/^SELECT \* FROM //r, 'table') ? $f->maybe(20, ' WITH LOCAL CHECK OPTION') : '');
}

sub change_view
{
	my ($f) = @_;
	my $v = $f->pick('view') or return;
	my $c = $f->column($v);
	return $f->one(
		"DROP VIEW $v->{name}" . $f->cascade,
		"ALTER VIEW $v->{name} SET (security_barrier = true)",
		"ALTER VIEW $v->{name} RESET (security_barrier)",
		$c
		? (
			"ALTER VIEW $v->{name} RENAME COLUMN $c->{name} TO " . $f->new_name('c'),
			$c->{type} =~ /\./ ? () : "ALTER VIEW $v->{name} ALTER $c->{name} SET DEFAULT " . $f->value($c->{type})
		  )
		: ()
	);
}

sub change_matview
{
	my ($f) = @_;
	my $m = $f->pick('matview') or return;
	my ($name, $c) = ($m->{name}, $f->column($m));
	my $unique = grep { $_->{detail}[0] eq $name && $_->{detail}[1] eq 'u' } $f->all('index');
	return $f->one(
		("REFRESH MATERIALIZED VIEW $name") x 3,
		$unique && $m->{detail}[1] eq 'p' ? ("REFRESH MATERIALIZED VIEW CONCURRENTLY $name") x 4 : (),
		"REFRESH MATERIALIZED VIEW $name WITH NO DATA",
		"DROP MATERIALIZED VIEW $name" . $f->cascade,
		"ALTER MATERIALIZED VIEW $name SET (fillfactor = 90)",
		$c
		? (
			"ALTER MATERIALIZED VIEW $name RENAME COLUMN $c->{name} TO " . $f->new_name('c'),
			"ALTER MATERIALIZED VIEW $name ALTER COLUMN $c->{name} SET STATISTICS 7"
		  )
		: ()
	);
}

sub create_trigger
{
	my ($f) = @_;
	my ($t, $g) = ($f->pick('table', 'partitioned', 'view'), $f->pick('triggerfunction'));
	return if !$t || !$g;
	my $name = $f->new_name('tr');
	my $call = "EXECUTE FUNCTION $g->{name}" =~ s/\(\)$/('a''b \\', 'c')/r;
	return
		"CREATE TRIGGER $name INSTEAD OF "
	  . $f->one('INSERT', 'UPDATE', 'DELETE')
	  . " ON $t->{name} FOR EACH ROW $call"
	  if $t->{kind} eq 'view';
	my $c = $f->column($t);
	return
		"CREATE CONSTRAINT TRIGGER $name AFTER INSERT OR DELETE ON $t->{name} "
	  . $f->one('', 'DEFERRABLE INITIALLY DEFERRED ')
	  . "FOR EACH ROW $call"
	  if $t->{kind} eq 'table' && !$f->below(8);
	return "CREATE TRIGGER $name AFTER INSERT ON $t->{name} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT $call"
	  if !$f->below(8);
	my $event = $f->one('INSERT', 'UPDATE', 'DELETE', 'INSERT OR UPDATE', $c ? "UPDATE OF $c->{name}" : (), 'TRUNCATE');
	my $level = $event eq 'TRUNCATE' ? 'STATEMENT' : $f->one('ROW', 'ROW', 'STATEMENT');
	my $when =
		 $level eq 'ROW'
	  && $event =~ /^UPDATE/
	  && $c
	  && $c->{made} eq ''
	  && $c->{type} !~ /\./ ? $f->maybe(40, " WHEN (new.$c->{name} IS NULL)") : '';
	return
		'CREATE '
	  . $f->maybe(10, 'OR REPLACE ')
	  . "TRIGGER $name "
	  . $f->one('BEFORE', 'AFTER')
	  . " $event ON $t->{name} FOR EACH $level$when $call";
}

sub change_trigger
{
	my ($f) = @_;
	my $t = $f->pick('trigger') or return;
	my $table = $t->{detail}[0];
	return "DROP TRIGGER $t->{name} ON $table" if $t->{detail}[1] eq 'v';
	# A partition has its own copy of the trigger, which is switched by itself.
	my $leaf = $f->pick_where(sub { $_[0]{parents} eq $table }, 'partition');
	return "ALTER TABLE $leaf->{name} " . $f->one('DISABLE', 'ENABLE', 'ENABLE REPLICA') . " TRIGGER $t->{name}"
	  if $leaf && $f->below(2);
	return $f->one(
		"DROP TRIGGER $t->{name} ON $table",
		map { "ALTER TABLE $table $_ TRIGGER $t->{name}" } 'ENABLE',
		'DISABLE',
		'ENABLE REPLICA',
		'ENABLE ALWAYS'
	);
}

sub create_rule
{
	my ($f) = @_;
	my $t = $f->pick('table', 'view') or return;
	my $name = $f->new_name('ru');
	my $replace = $f->maybe(10, 'OR REPLACE ');
	my $other = $f->pick_where(
		sub {
			!grep { $_->{notnull} && !$_->{default} } @{ $_[0]{columns} };
		},
		'table'
	);
	return $f->one(
		"CREATE ${replace}RULE $name AS ON DELETE TO $t->{name} WHERE false DO INSTEAD NOTHING",
		"CREATE ${replace}RULE $name AS ON INSERT TO $t->{name} DO ALSO NOTIFY fuzz",
		$other && $other != $t && @{ $other->{columns} }
		? "CREATE RULE $name AS ON UPDATE TO $t->{name} WHERE false "
		  . "DO ALSO (DELETE FROM $other->{name} WHERE false; SELECT 'it''s')"
		: ()
	);
}

sub change_rule
{
	my ($f) = @_;
	my $r = $f->pick('rule') or return;
	my $t = $f->named($r->{detail}[0], 'table');
	return $f->one(
		"DROP RULE $r->{name} ON $r->{detail}[0]" . $f->cascade,
		$t
		? "ALTER TABLE $t->{name} "
		  . $f->one('ENABLE', 'DISABLE', 'ENABLE REPLICA', 'ENABLE ALWAYS')
		  . " RULE $r->{name}"
		: ()
	);
}

sub create_policy
{
	my ($f) = @_;
	my $t = $f->any_table or return;
	my $c = $f->column($t);
	my $for = $f->one('', '', ' FOR SELECT', ' FOR UPDATE', ' FOR INSERT', ' FOR ALL');
	my $using =
	  $for eq ' FOR INSERT'
	  ? ''
	  : ' USING (' . $f->one('true', $c ? $f->condition($c) : 'true', 'current_user = CURRENT_ROLE') . ')';
	my $check =
	  $for eq ' FOR SELECT' ? '' : $for eq ' FOR INSERT' ? ' WITH CHECK (true)' : $f->maybe(30, ' WITH CHECK (true)');
	return
		'CREATE POLICY '
	  . $f->new_name('po')
	  . " ON $t->{name}"
	  . $f->maybe(30, ' AS RESTRICTIVE')
	  . $for
	  . $f->maybe(40, ' TO ' . $f->one('fuzz_a', 'PUBLIC', 'fuzz_b, fuzz_a', 'CURRENT_USER'))
	  . $using
	  . $check;
}

sub change_policy
{
	my ($f) = @_;
	my $p = $f->pick('policy') or return;
	my ($name, $table) = ($p->{name}, $p->{detail}[0]);
	return $f->one(
		"DROP POLICY $name ON $table",
		"ALTER POLICY $name ON $table TO " . $f->one('fuzz_b', 'PUBLIC', 'SESSION_USER'),
		map { "ALTER TABLE $table $_ ROW LEVEL SECURITY" } 'ENABLE',
		'DISABLE', 'FORCE', 'NO FORCE'
	);
}

our @generators = (
	[ 8, \&create_view ],
	[ 3, \&change_view ],
	[
		4,
		sub {
			my $f = shift;
			my $query = query($f) or return;
			return if $query =~ /^SELECT r FROM|b AS y|EXISTS/;
			'CREATE MATERIALIZED VIEW '
			  . $f->new_in_schema('m')
			  . $f->maybe(15, ' WITH (fillfactor = 80)')
			  . " AS $query"
			  . $f->maybe(20, ' WITH NO DATA');
		}
	],
	[ 5, \&change_matview ],
	[ 4, \&create_trigger ],
	[ 3, \&change_trigger ],
	[ 2, \&create_rule ],
	[ 1, \&change_rule ],
	[ 3, \&create_policy ],
	[ 3, \&change_policy ],
);

1;
