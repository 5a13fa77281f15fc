# Runs one script on the upstream and compares the downstream with it at points inside and at the end.
#
# psql reads the script through a pipe, so that what it holds (variables, prepared statements, settings, temporary
# tables) lives on across the points.  A point is put off to the next boundary while a transaction block is open or a
# prepared transaction holds its locks.
#
# Roles, tablespaces and the database's own privileges are shared by the cluster, and event triggers do not see them:
# where they do not follow by themselves the runner brings the downstream's to the upstream's state after each statement
# that touches them, and makes those that a statement is about to create before it runs.  The result lists them.
package Corpus::Script;

use strict;
use warnings;
use Time::HiRes 'time';
use Corpus::Patience;
use Corpus::Psql;
use Corpus::Splitter;
use Corpus::Compare;

my $cluster_command =
  qr/\b(?:create|alter|drop)\s+(?:role|user(?!\s+mapping)|group|tablespace)\b
	|\b(?:grant|revoke)\s(?![^;]*\son\s)|\breassign\s+owned\b|\bdrop\s+owned\b|\bon\s+database\b/ix;

# run(servers, dbname, text, steps => n, seconds => limit, log => path, env => {...}, roles_follow => 0|1)
# Returns { end, inside, first, points, compared, roles => [...], report => [...] }: end and inside are undef
# where all was equal, else the reason; first is the first of them.
sub run
{
	my ($servers, $dbname, $text, %arg) = @_;
	my $self = bless { servers => $servers, dbname => $dbname, deadline => deadline($arg{seconds} // 300), %arg },
	  __PACKAGE__;
	my $result = { points => 0, compared => 0, roles => [], report => [] };
	my @pieces = Corpus::Splitter::split_script($text);
	my %is_point;
	my $steps = $arg{steps} // 0;
	$steps = @pieces - 1 if $steps > @pieces - 1;
	$is_point{ int($_ * @pieces / ($steps + 1)) - 1 } = 1 for 1 .. $steps;

	my $feeder = Corpus::Psql->new(
		feeder => 1,
		psql => "$servers->{bindir}/psql",
		host => $servers->socket,
		port => $servers->{port}{up},
		dbname => $dbname,
		options => [ '-a', '-q', '-v', 'HIDE_TABLEAM=on', '-v', 'HIDE_TOAST_COMPRESSION=on' ],
		env => { PGAPPNAME => 'corpus feeder', %{ $arg{env} || {} } },
		log => $arg{log}
	);
	$self->_sync_cluster($result);
	my $broken;    # why nothing more can be compared
	my ($batch, $due) = ('', 0);
	for my $i (0 .. $#pieces)
	{
		my $touches = $servers->{mode} ne 'standby' && $pieces[$i] =~ $cluster_command;
		if ($touches)
		{
			$broken //= $self->_feed($feeder, $batch);
			$batch = '';
			$self->_precreate($pieces[$i], $result) if !$broken;
		}
		$batch .= $pieces[$i];
		$due = 1 if $is_point{$i};
		my $last = $i == $#pieces;
		next if !$touches && !$due && !$last;
		$broken //= $self->_feed($feeder, $batch);
		$batch = '';
		last if $broken;
		if ($touches) { $self->_sync_cluster($result); }
		next if !$due || $last || !$self->_at_rest;
		$due = 0;
		next if $result->{inside};
		$result->{points}++;
		next if $self->_unchanged;
		my $reason = $self->_wait_and_compare($result);
		$result->{inside} = "at point $result->{points}: $reason" if defined $reason;
		$broken = $reason if $self->{worker_failed};
		last if $broken;
	}
	$feeder->close;
	if (!$broken)
	{
		$self->_sync_cluster($result);
		$result->{end} = $self->_wait_and_compare($result);
	}
	else { $result->{end} = $broken; }
	$result->{inside} //= $result->{end};
	$result->{first} = $result->{inside} // $result->{end};
	return $result;
}

# Runs a script in a pair of databases made for it from a template, with a follow of its own, and removes all of it
# again.  Returns the result; dies only where the servers cannot be cleaned.
sub run_fresh
{
	my ($servers, $template, $text, %arg) = @_;
	my $started = time;
	my $result = eval {
		$servers->create_database('regression', $template);
		my $error = $servers->start_follow('regression');
		defined $error ? failure('start_follow: ' . $error =~ s/\s+/ /gr) : run($servers, 'regression', $text, %arg);
	} // failure('the runner: ' . $@ =~ s/\s+/ /gr);
	$servers->crashed;
	$result->{seconds} = time - $started;
	$servers->drop_database('regression');
	$servers->clean_cluster;
	my $crash = $servers->take_crashes;
	$result->{end} = $result->{inside} = $result->{first} = $crash if defined $crash;
	return $result;
}

# The result of a script that could not be run.
sub failure
{
	my ($why) = @_;
	return { end => $why, inside => $why, first => $why, points => 0, compared => 0, roles => [], report => [] };
}

sub _feed
{
	my ($self, $feeder, $text) = @_;
	return if $text eq '' || $self->{quit};
	my $error = $feeder->feed($text, $self->{deadline} > time + 1 ? $self->{deadline} : time + 1);
	return if !defined $error;
	# A script may end its own session.
	return if $self->{quit} = $error eq 'psql ended' && $text =~ /\\q/;
	return "psql did not get through the script: " . substr($error =~ s/\s+/ /gr, 0, 200);
}

# Whether no session of the database is inside a transaction, and no prepared transaction holds locks.
sub _at_rest
{
	my ($self) = @_;
	my ($rows, $error) = $self->{servers}->control('up', $self->{dbname})->query(<<'END', 30);
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
	AND backend_type = 'client backend' AND application_name NOT LIKE 'pg_follower%' AND state <> 'idle')
	+ (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database())
END
	return !defined $error && $rows->[0][0] == 0;
}

# Whether nothing was written upstream since the last comparison: no transaction id was given out.
sub _unchanged
{
	my ($self) = @_;
	my ($rows, $error) =
	  $self->{servers}->control('up', $self->{dbname})->query('SELECT pg_snapshot_xmax(pg_current_snapshot())', 30);
	return 0 if defined $error;
	my $same = defined $self->{xmax} && $self->{xmax} eq $rows->[0][0];
	$self->{xmax} = $rows->[0][0];
	return $same;
}

sub _wait_and_compare
{
	my ($self, $result) = @_;
	my $failed = $self->{servers}->wait_for_follow($self->{dbname}, $self->{wait_seconds} // 90);
	if (defined $failed)
	{
		$self->{worker_failed} = 1;
		return $failed;
	}
	$result->{compared}++;
	my @keep = $self->{log} ? (keep => $self->{log} =~ s/\.out$//r) : ();
	my ($reason, $report) = Corpus::Compare::compare($self->{servers}, $self->{dbname}, @keep);
	$result->{report} = $report if @$report && !@{ $result->{report} };
	return $reason;
}

# Makes, before a statement runs, the roles and tablespaces that it is about to create.
sub _precreate
{
	my ($self, $text, $result) = @_;
	$text =~ s/--[^\n]*//g;
	while ($text =~ /\bcreate\s+(role|user|group|tablespace)\s+("(?:[^"]|"")+"|[a-z_][a-z0-9_\$]*)([^;]*)/gi)
	{
		my ($kind, $name, $rest) = (lc $1, $2, $3);
		next if $kind eq 'user' && lc $name eq 'mapping' || $kind ne 'tablespace' && $self->{roles_follow};
		my $sql =
		  $kind eq 'tablespace'
		  ? "CREATE TABLESPACE $name LOCATION ''"
		  : "CREATE ROLE $name" . ($rest =~ /\bsuperuser\b/i ? ' SUPERUSER' : '');
		my (undef, $error) = $self->{servers}->control('down', 'postgres')->query($sql, 30);
		$self->{made}{$name} = 1 if !defined $error;
		push @{ $result->{roles} }, $name if !defined $error;
	}
	return;
}

my $roles_query = <<'END';
SELECT oid, quote_ident(rolname), concat_ws(' ', CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END,
	CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END, CASE WHEN rolcreaterole THEN 'CREATEROLE'
		ELSE 'NOCREATEROLE' END,
	CASE WHEN rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END, CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
	CASE WHEN rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS'
		ELSE 'NOBYPASSRLS' END)
FROM pg_roles WHERE oid >= 16384
END
my $members_query = <<'END';
SELECT format('%I TO %I', r.rolname, m.rolname), admin_option FROM pg_auth_members a
	JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
WHERE NOT (r.oid < 16384 AND m.oid < 16384)
END
my $grants_query = <<'END';
SELECT format('%s ON DATABASE %I TO %s', privilege_type, datname, CASE grantee WHEN 0 THEN 'PUBLIC'
	ELSE quote_ident(pg_get_userbyid(grantee)) END), is_grantable
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE datname = '%s' AND grantee <> datdba
END
my $spaces_query = 'SELECT quote_ident(spcname) FROM pg_tablespace WHERE oid >= 16384';

# Brings the downstream's roles, memberships, privileges on the database and tablespaces to the upstream's state.
sub _sync_cluster
{
	my ($self, $result) = @_;
	my $servers = $self->{servers};
	return if $servers->{mode} eq 'standby';
	my %state;
	for my $side (qw(up down))
	{
		# What follows by itself is left to the follow: then there is nothing to bring into line.
		push @{ $state{$side} }, [], [], [] if $self->{roles_follow};
		for my $query (
			$self->{roles_follow}
			? ()
			: ($roles_query, $members_query, $grants_query =~ s/'%s' AND/'$self->{dbname}' AND/r),
			$spaces_query
		  )
		{
			my ($rows, $error) = $servers->control($side, 'postgres')->query($query, 30);
			return if defined $error;
			push @{ $state{$side} }, $rows;
		}
	}
	my $known = $self->{known} //= {};
	my %down_role  = map { $_->[1] => $_->[2] } @{ $state{down}[0] };
	my %up_role    = map { $_->[1] => $_->[2] } @{ $state{up}[0] };
	my @sql;
	my @drops;
	for my $row (@{ $state{up}[0] })
	{
		my ($oid, $name, $attributes) = @$row;
		my $old = $known->{$oid};
		if (defined $old && $old ne $name && exists $down_role{$old} && !exists $down_role{$name})
		{
			push @sql, "ALTER ROLE $old RENAME TO $name";
			$down_role{$name} = delete $down_role{$old};
		}
		$known->{$oid} = $name;
		if (!exists $down_role{$name})
		{
			push @sql, "CREATE ROLE $name $attributes";
			push @{ $result->{roles} }, $name;
		}
		elsif ($down_role{$name} ne $attributes) { push @sql, "ALTER ROLE $name $attributes"; }
	}
	# A role made for a block that is still open is not visible yet.
	my $open = !$self->_at_rest;
	push @drops, map { "DROP ROLE $_" } grep { !exists $up_role{$_} } keys %down_role if !$open;
	my %up_member   = map { $_->[0] => $_->[1] } @{ $state{up}[1] };
	my %down_member = map { $_->[0] => $_->[1] } @{ $state{down}[1] };
	for my $pair (sort keys %up_member)
	{
		next if ($down_member{$pair} // '') eq $up_member{$pair};
		push @sql, 'REVOKE ADMIN OPTION FOR ' . $pair =~ s/ TO / FROM /r
		  if exists $down_member{$pair} && $up_member{$pair} eq 'f';
		push @sql, "GRANT $pair" . ($up_member{$pair} eq 't' ? ' WITH ADMIN OPTION' : '')
		  if !exists $down_member{$pair} || $up_member{$pair} eq 't';
	}
	push @sql, map { 'REVOKE ' . s/ TO / FROM /r } grep { !exists $up_member{$_} } sort keys %down_member if !$open;
	my %up_grant   = map { $_->[0] => $_->[1] } @{ $state{up}[2] };
	my %down_grant = map { $_->[0] => $_->[1] } @{ $state{down}[2] };
	for my $grant (grep { ($down_grant{$_} // '') ne $up_grant{$_} } sort keys %up_grant)
	{
		push @sql, "REVOKE $grant" =~ s/ TO / FROM /r . ' CASCADE' if exists $down_grant{$grant};
		push @sql, "GRANT $grant" . ($up_grant{$grant} eq 't' ? ' WITH GRANT OPTION' : '');
	}
	push @sql, map { "REVOKE $_ CASCADE" =~ s/ TO / FROM /r } grep { !exists $up_grant{$_} } sort keys %down_grant;
	my %up_space   = map { $_->[0] => 1 } @{ $state{up}[3] };
	my %down_space = map { $_->[0] => 1 } @{ $state{down}[3] };
	push @sql, map { "CREATE TABLESPACE $_ LOCATION ''" } grep { !$down_space{$_} } sort keys %up_space;
	push @drops, map { "DROP TABLESPACE $_" } grep { !$up_space{$_} } sort keys %down_space if !$open;
	# What is still used by a change under way must not be dropped before it has followed.
	if (@drops || grep { /^(?:ALTER|REVOKE)/ } @sql)
	{
		my $failed = $servers->wait_for_follow($self->{dbname}, 20);
		return if defined $failed;
	}
	$servers->control('down', 'postgres')->query($_, 30) for @sql, @drops;
	return;
}

1;
