# Says whether two databases are the same, or the first thing in which they differ.
#
# Same means: pg_dump -s prints the same entries, and every permanent table and populated materialized view has the same
# rows, by a hash that does not depend on their order.  Unlogged and temporary tables keep their rows to themselves.
# Sequences' last values are compared apart.
#
# The entries of a dump are compared as a set: pg_dump breaks ties in its order by OID, which two databases do not
# share. What an entry depends on from above it (default tablespace and access method) is made part of it.  A
# subscription's slot is left out: the downstream's copy is never enabled. So is a routine or type that uses something
# temporary and so ends with its session: it does not follow. Nor do user mappings under the default settings.
package Corpus::Compare;

use strict;
use warnings;
use Time::HiRes 'time';
use Corpus::Patience;

# Compares; returns (undef or the first reason, the whole report).
sub compare
{
	my ($servers, $dbname, %arg) = @_;
	my $limit = $arg{seconds} // 90;

	# Both dumps and both hashes run side by side.
	my %dump = map { $_ => _start_dump($servers, $_, $dbname) } qw(up down);
	my %session = map { $_ => $servers->control($_, $dbname) } qw(up down);
	$session{$_}->send(_hash_query()) for qw(up down);
	my %hash;
	for my $side (qw(up down))
	{
		my ($rows, $error) = $session{$side}->receive($limit);
		$hash{$side} =
		  defined $error
		  ? _hash_one_by_one($servers, $side, $dbname, $limit, $error)
		  : { map { $_->[0] => $_->[1] } @$rows };
	}
	my $deadline = deadline($limit);
	my %text = map { $_ => _finish_dump($dump{$_}, $deadline) } qw(up down);

	my @reasons = (_compare_dumps($text{up}, $text{down}, $servers->{defaults}),
		_compare_maps('rows of', $hash{up}, $hash{down}),
		_compare_maps('sequence', map { _sequences($session{$_}) } qw(up down)));
	# The dumps that differ are kept beside the script's log.
	if (@reasons && $arg{keep})
	{
		for my $side (qw(up down)) { open(my $out, '>:raw', "$arg{keep}.$side.sql") or next; print $out $text{$side}; }
	}
	return ($reasons[0], \@reasons);
}

sub _start_dump
{
	my ($servers, $side, $dbname) = @_;
	my $pid = open(my $pipe, '-|') // die "could not fork: $!";
	if (!$pid)
	{
		open(STDERR, '>&', \*STDOUT);
		$ENV{PGOPTIONS} = sprintf('-c lock_timeout=%ds', patient(60));
		exec(
			"$servers->{bindir}/pg_dump", '-h', $servers->socket, '-p', $servers->{port}{$side},
			'-U', 'postgres', '-s', $dbname
		) or POSIX::_exit(127);
	}
	return { pid => $pid, pipe => $pipe };
}

sub _finish_dump
{
	my ($dump, $deadline) = @_;
	my $text = '';
	while (1)
	{
		my $reads = '';
		vec($reads, fileno($dump->{pipe}), 1) = 1;
		my $left = $deadline - time;
		if ($left <= 0 || select($reads, undef, undef, $left) <= 0)
		{
			kill 'KILL', $dump->{pid};
			close $dump->{pipe};
			return "pg_dump: error: time limit\n";
		}
		last if !sysread($dump->{pipe}, $text, 262144, length $text);
	}
	close $dump->{pipe};
	return $text;
}

# A dump as a map from an entry's name to the texts under that name.
sub parse_dump
{
	my ($text) = @_;
	my (%entries, %state, %applies);
	my $name = 'preamble';
	my @body;
	my $flush = sub {
		pop @body while @body && $body[-1] eq '';
		# Of partitioned tables pg_dump says no access method, so what was said above them is another table's.
		delete $applies{default_table_access_method}
		  if $name !~ /^(?:TABLE|MATERIALIZED VIEW) / || grep { /^PARTITION BY / } @body;
		my $entry = @body ? join("\n", (map { $applies{$_} } sort keys %applies), @body) : '';
		@body = ();
		return
		  if $entry eq ''
		  || $name =~ /^(?:ACL|COMMENT|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|CAST|OPERATOR) /
		  && "$name $entry" =~ /\bpg_temp_\d+\./;
		push @{ $entries{$name} }, $entry;
	};
	for my $line (split /\n/, $text, -1)
	{
		if ($line =~ /^-- (?:Data for )?Name: (.*); Type: (.*); Schema: (.*); Owner: (.*?)(?:; Tablespace: .*)?$/)
		{
			$flush->();
			$name = "$2 $3.$1 owner $4";
			%applies = $2 =~ /^(?:TABLE|MATERIALIZED VIEW|INDEX|CONSTRAINT)$/ ? %state : ();
			next;
		}
		next if $line eq '' && !@body;
		next if $line =~ /^--/ || $line =~ /^\\(?:un)?restrict\b/;
		if ($line =~ /^SET (default_tablespace|default_table_access_method) = .*;$/) { $state{$1} = $line; next; }
		# A subscription never gets to run downstream, so it has no slot there.
		$line =~ s/slot_name = (?:'[^']*'|NONE)/slot_name = NONE/ if $name =~ /^SUBSCRIPTION /;
		# pg_dump writes a policy's roles as pg_authid happens to hold them.
		$line =~ s/ TO ([^(]*?)(?= USING \(| WITH CHECK \(|;$)/' TO ' . join(', ', sort split(m{, }, $1))/e
		  if $name =~ /^POLICY /;
		push @body, $line;
	}
	$flush->();
	$_ = [ sort @$_ ] for values %entries;
	return \%entries;
}

# The differences of two dumps as reasons of a line or a few each, in the order of their names; under the default
# settings, without what does not follow by them.
sub _compare_dumps
{
	my ($up, $down, $defaults) = @_;
	for (['upstream', $up], ['downstream', $down])
	{
		return "pg_dump fails $_->[0]: " . substr($1 =~ s/\s+/ /gr, 0, 300)
		  if $_->[1] =~ /^(pg_dump: (?:error|warning).*)/ms;
	}
	return () if $up eq $down;
	my ($left, $right) = (parse_dump($up), parse_dump($down));
	my @reasons;
	for my $name (sort { _rank($a) <=> _rank($b) || $a cmp $b } keys %{ { %$left, %$right } })
	{
		next if $defaults && $name =~ /^USER MAPPING /;
		my @l = @{ $left->{$name} || [] };
		my @r = @{ $right->{$name} || [] };
		my %count;
		$count{$_}++ for @l;
		$count{$_}-- for @r;
		my @only_l = grep { $count{$_} > 0 } @l;
		my @only_r = grep { $count{$_} < 0 } @r;
		next if !@only_l && !@only_r;
		if    (!@only_r) { push @reasons, "dump: missing downstream: $name"; }
		elsif (!@only_l) { push @reasons, "dump: only downstream: $name"; }
		else             { push @reasons, "dump: $name: " . _first_difference($only_l[0], $only_r[0]); }
	}
	# An object missing entirely says more than its grants and comments.
	return @reasons;
}

# Objects before what hangs on them, so that the first reason is the likeliest cause.
sub _rank
{
	my ($name) = @_;
	return
		$name =~ /^(?:ACL|DEFAULT ACL)/ ? 3
	  : $name =~ /^COMMENT/ ? 4
	  : $name =~ /^(?:SCHEMA|TYPE|DOMAIN|TABLE|FUNCTION) / ? 1
	  : 2;
}

sub _first_difference
{
	my ($l, $r) = @_;
	my @l = split /\n/, $l;
	my @r = split /\n/, $r;
	while (@l && @r && $l[0] eq $r[0]) { shift @l; shift @r; }
	return sprintf('upstream "%s", downstream "%s"',
		map { substr((@$_ ? $_->[0] : 'nothing') =~ s/^\s+//r, 0, 160) } \@l, \@r);
}

sub _compare_maps
{
	my ($what, $up, $down) = @_;
	my @reasons;
	for my $name (sort keys %{ { %$up, %$down } })
	{
		my ($l, $r) = ($up->{$name}, $down->{$name});
		next if defined $l && defined $r && $l eq $r;
		push @reasons,
		    !defined $r ? "$what $name: missing downstream"
		  : !defined $l ? "$what $name: only downstream"
		  :               "$what $name: upstream $l, downstream $r";
	}
	return @reasons;
}

# The tables whose rows are compared, as (name, query): the extension's own are left out.
my $tables = <<'END';
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND c.relispopulated
AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
	WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
		AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'pg_follower')
END
my $one_hash =
  q{format('select count(*) || %L || coalesce(sum(hashtextextended(row(r.*)::text, 0)), 0) as h from only %I.%I r',
	' rows, hash ', n.nspname, c.relname)};

sub _hash_query
{
	return
	  qq{SELECT format('%I.%I', n.nspname, c.relname),
		(regexp_match(query_to_xml($one_hash, false, true, '')::text, '<h>(.*)</h>'))[1] $tables ORDER BY 1};
}

# Where one table's rows cannot be read (a broken output function, a lock), the others still can.
sub _hash_one_by_one
{
	my ($servers, $side, $dbname, $limit, $why) = @_;
	my $deadline = deadline($limit);
	my ($list, $error) = $servers->control($side, $dbname)
	  ->query("SELECT format('%I.%I', n.nspname, c.relname), $one_hash $tables ORDER BY 1", 30);
	return { 'the list of tables' => $error =~ s/\s+/ /gr } if defined $error;
	my %hash;
	for my $table (@$list)
	{
		my ($rows, $failed) = $servers->control($side, $dbname)->query($table->[1], 60);
		$hash{ $table->[0] } = defined $failed ? $failed =~ s/\s+/ /gr : $rows->[0][0];
		if (time > $deadline) { $hash{'the other tables'} = 'time limit'; last; }
	}
	return \%hash;
}

# What each sequence says of itself.
sub _sequences
{
	my ($session) = @_;
	my ($list, $error) = $session->query(
		q{SELECT string_agg(format('SELECT %L, last_value, is_called FROM %s', c.oid::regclass, c.oid::regclass),
				' UNION ALL ' ORDER BY c.oid)
			FROM pg_class AS c WHERE relkind = 'S' AND relpersistence <> 't'},
		30
	);
	return { 'the list of sequences' => $error =~ s/\s+/ /gr } if defined $error;
	return {} if !defined $list->[0][0] || $list->[0][0] eq '';
	my ($rows, $failed) = $session->query($list->[0][0], 30);
	return { 'the sequences' => $failed =~ s/\s+/ /gr } if defined $failed;
	return { map { $_->[0] => "$_->[1] $_->[2]" } @$rows };
}

1;
