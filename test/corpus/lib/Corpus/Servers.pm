# The two scratch servers of a comparison, upstream and downstream, and their databases.
#
# Two clusters rather than two databases of one cluster: roles and tablespaces belong to the cluster, and a downstream
# that finds every role already there would prove nothing about a real one.  Nothing here outlives stop(): the clusters
# are made anew for each run, without fsync, in a folder of their own and on Unix sockets only.
#
# Mode "sql" uses no worker: what pg_logical_slot_get_changes returns goes to psql on the downstream, which proves the
# plugin's script form.  Mode "standby" puts a physical standby in the downstream's place.  It proves the comparison and
# the splitter: whatever differs there is the runner's own fault.
package Corpus::Servers;

use strict;
use warnings;
use Corpus::Patience;
use Corpus::Psql;

# The schema that the extension's functions live in: not public, which some files drop.
our $INTERFACE = 'follow_interface';

# new(bindir, dir, port, mode => follow|sql|standby, preload => 0|1, defaults => 0|1): makes the clusters and starts
# them; with `defaults`, all settings of the extension have their defaults.
sub new
{
	my ($class, %arg) = @_;
	my $self = bless { mode => 'follow', %arg, control => {} }, $class;
	$self->{port} = { up => $arg{port}, down => $arg{port} + 1 };
	_run('rm', '-rf', $self->{dir});
	_run('mkdir', '-p', "$self->{dir}/results", "$self->{dir}/socket");
	$self->_make('up');
	$self->_start('up');
	if ($self->{mode} eq 'standby')
	{
		_run("$self->{bindir}/pg_basebackup", '-h', $self->socket, '-p', $self->{port}{up}, '-U', 'postgres',
			'-D', "$self->{dir}/down", '-R', '-c', 'fast', '--no-sync');
		open(my $conf, '>>', "$self->{dir}/down/postgresql.conf") or die $!;
		print $conf "port = $self->{port}{down}\nhot_standby_feedback = on\nmax_standby_streaming_delay = 2s\n";
		close $conf;
	}
	else { $self->_make('down'); }
	$self->_start('down');
	return $self;
}

sub socket { my ($self) = @_; return "$self->{dir}/socket"; }

sub _run
{
	my (@command) = @_;
	my $output = do
	{
		local $ENV{LC_ALL} = 'C';
		open(my $pipe, '-|', _quiet(@command)) or die "could not run $command[0]: $!";
		local $/;
		my $text = <$pipe>;
		close $pipe;
		$text;
	};
	die "@command failed:\n" . ($output // '') if $?;
	return $output;
}

# A command with its standard error joined to its output.
sub _quiet { my (@command) = @_; return ('sh', '-c', 'exec "$@" 2>&1', 'sh', @command); }

sub _make
{
	my ($self, $side) = @_;
	my $data = "$self->{dir}/$side";
	_run("$self->{bindir}/initdb", '-D', $data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C',
		'--no-sync');
	my $known = `$self->{bindir}/postgres --describe-config 2>/dev/null`;
	open(my $conf, '>>', "$data/postgresql.conf") or die $!;
	print $conf <<"END";
port = $self->{port}{$side}
listen_addresses = ''
unix_socket_directories = '@{[ $self->socket ]}'
wal_level = logical
max_wal_senders = 10
max_replication_slots = 20
max_worker_processes = 24
max_prepared_transactions = 10
max_connections = 60
allow_in_place_tablespaces = on
fsync = off
full_page_writes = off
autovacuum = off
shared_buffers = 64MB
max_wal_size = 4GB
checkpoint_timeout = 1h
log_line_prefix = '%m [%p] %b %d '
log_lock_waits = on
END
	print $conf "output_plugin_libraries = 'pgoutput, test_decoding, pg_follower'\n"
	  if $known =~ /^output_plugin_libraries\t/m;
	# User mappings hold passwords, so they follow only where a setting allows it; so do roles.
	# Functions of checks and indexes may name what is in public without saying so.
	print $conf "pg_follower.user_mappings = on\npg_follower.function_search_path = 'public'\n",
	  "pg_follower.restart_interval = 1s\n"
	  . "pg_follower.max_restart_interval = 1s\n"
	  . "pg_follower.max_retries = 0\n"
	  if $self->{mode} ne 'standby' && !$self->{defaults};
	print $conf "shared_preload_libraries = 'pg_follower'\n" if $self->{preload} && $self->{mode} ne 'standby';
	print $conf "pg_follower.roles = 'all'\n"
	  if $self->{preload} && $self->{mode} ne 'standby' && !$self->{defaults};
	print $conf "$_\n" for @{ $self->{settings} || [] };
	close $conf;
	return;
}

sub _start
{
	my ($self, $side) = @_;
	# The server's output goes to its log alone: a pipe it inherits would keep its reader waiting.
	my @command = (
		"$self->{bindir}/pg_ctl", '-D', "$self->{dir}/$side", '-l',
		"$self->{dir}/$side.log", '-w', '-t', int(patient(60)),
		'start'
	);
	system('sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', @command) == 0
	  or die "could not start the $side server, see $self->{dir}/$side.log\n";
	$self->{running}{$side} = 1;
	return;
}

sub stop
{
	my ($self) = @_;
	$self->forget;
	for my $side (qw(down up))
	{
		next if !delete $self->{running}{$side};
		system('sh', '-c', 'exec "$@" >/dev/null 2>&1',
			'sh', "$self->{bindir}/pg_ctl", '-D', "$self->{dir}/$side", '-m', 'immediate', '-w', '-t',
			int(patient(30)), 'stop');
	}
	return;
}

sub DESTROY { local ($?, $@, $!); my ($self) = @_; $self->stop if $self->{owner} && $self->{owner} == $$; }

# A control session on a side and database, kept open until forget().
sub control
{
	my ($self, $side, $dbname) = @_;
	my $session = $self->{control}{"$side $dbname"};
	return $session if $session && $session->{pid};
	$session = Corpus::Psql->new(
		psql => "$self->{bindir}/psql",
		host => $self->socket,
		port => $self->{port}{$side},
		dbname => $dbname,
		env => {
			PGAPPNAME => 'corpus control',
			PGCLIENTENCODING => 'UTF8',
			PGCONNECT_TIMEOUT => int(patient(30)),
			PGOPTIONS => sprintf('-c statement_timeout=%ds -c lock_timeout=%ds', patient(120), patient(60))
		}
	);
	# What the values look like must not depend on what a file does to its database.
	$session->query(<<"END", 30);
SET search_path = pg_catalog; SET extra_float_digits = 3; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
	SET TimeZone = 'UTC';
SET bytea_output = 'hex'; SET client_min_messages = 'error'; SET row_security = on; SET lc_monetary = 'C';
	SET xmlbinary = 'base64';
SET session_replication_role = 'origin'
END
	return $self->{control}{"$side $dbname"} = $session;
}

# Closes the control sessions (of one database, or all).
sub forget
{
	my ($self, $dbname) = @_;
	for my $key (keys %{ $self->{control} })
	{
		next if defined $dbname && $key !~ / \Q$dbname\E\z/;
		(delete $self->{control}{$key})->close;
	}
	return;
}

# Whether the servers have crashed since this was asked last.  Waits until they are back, forgets the sessions that were
# lost, and keeps what the logs say for take_crashes().
sub crashed
{
	my ($self) = @_;
	my @found;
	for my $side (qw(up down))
	{
		open(my $log, '<:raw', "$self->{dir}/$side.log") or next;
		seek($log, $self->{log_read}{$side} // 0, 0);
		my @lines = <$log>;
		$self->{log_read}{$side} = tell $log;
		next if !grep { /was terminated by signal|PANIC:/ } @lines;
		my ($what) = grep { /^TRAP:|PANIC:/ } @lines;
		($what) = grep { /was terminated by signal/ } @lines if !defined $what;
		my ($running) = map { /Failed process was running: (.*)/ ? $1 : () } @lines;
		push @found,
		  ($side eq 'up' ? 'upstream' : 'downstream') . ' server crashed: ' . $what =~
		  s/\s+/ /gr . (defined $running ? "(running: $running)" : '');
		for my $key (grep { /^$side / } keys %{ $self->{control} })
		{
			(delete $self->{control}{$key})->close;
		}
		for (1 .. patient(120))
		{
			my ($rows) = $self->control($side, 'postgres')->query('SELECT 1', 10);
			last if $rows && @$rows;
			(delete $self->{control}{"$side postgres"})->close;
			select(undef, undef, undef, 0.5);
		}
	}
	push @{ $self->{crashes} }, @found;
	return scalar @found;
}

# What the logs said about crashes since the last call, or undef.
sub take_crashes
{
	my ($self) = @_;
	$self->crashed;
	my $crashes = delete $self->{crashes} || [];
	return @$crashes ? join('; ', @$crashes) : undef;
}

# SQL in the maintenance database; dies when it fails.
sub admin
{
	my ($self, $side, $sql, $seconds) = @_;
	my ($rows, $error) = $self->control($side, 'postgres')->query($sql, $seconds // 120);
	# One more chance after a crash.
	($rows, $error) = $self->control($side, 'postgres')->query($sql, $seconds // 120)
	  if defined $error && $error =~ /server closed|connection|starting up|recovery mode/ && $self->crashed;
	die "$side: $sql: $error\n" if defined $error;
	return $rows;
}

# The sides on which databases are made: a standby gets them by itself.
sub sides { my ($self) = @_; return $self->{mode} eq 'standby' ? ('up') : ('up', 'down'); }

# Makes the database on both sides as pg_regress makes it, from a template that exists on both.
sub create_database
{
	my ($self, $dbname, $template) = @_;
	for my $side ($self->sides)
	{
		$self->admin($side, qq(CREATE DATABASE "$dbname" TEMPLATE "$template"));
		$self->admin($side, qq(ALTER DATABASE "$dbname" SET $_))
		  for q(lc_messages TO 'C'), q(lc_monetary TO 'C'), q(lc_numeric TO 'C'), q(lc_time TO 'C'),
		  q(bytea_output TO 'hex'), q(timezone_abbreviations TO 'Default');
	}
	return;
}

# Makes a database on both sides with the extension and nothing else.
sub create_empty_database
{
	my ($self, $dbname) = @_;
	$self->create_database($dbname, 'template0');
	return if $self->{mode} eq 'standby';
	for my $side ($self->sides)
	{
		my (undef, $error) = $self->control($side, $dbname)
		  ->query("CREATE SCHEMA $INTERFACE; CREATE EXTENSION pg_follower SCHEMA $INTERFACE", 60);
		die "$side: CREATE EXTENSION pg_follower: $error\n" if defined $error;
	}
	return;
}

# Starts the follow; returns undef or the error.
sub start_follow
{
	my ($self, $dbname) = @_;
	return if $self->{mode} eq 'standby';
	if ($self->{mode} eq 'sql')
	{
		my (undef, $error) = $self->control('up', $dbname)
		  ->query("SELECT pg_create_logical_replication_slot('corpus_$dbname', 'pg_follower')", 60);
		return $error;
	}
	my $conninfo = sprintf('host=%s port=%d dbname=%s user=postgres', $self->socket, $self->{port}{up}, $dbname);
	my (undef, $error) =
	  $self->control('down', $dbname)->query("SELECT $INTERFACE.start_follow('$conninfo', copy_data => false)", 60);
	return $error;
}

# Waits until the downstream has all that is committed upstream; returns undef or why it cannot.
# A worker that only retries is given two rounds (more on a slow machine), since a retry may succeed.
sub wait_for_follow
{
	my ($self, $dbname, $seconds) = @_;
	if ($self->{mode} eq 'standby')
	{
		my $lsn = $self->admin('up', 'SELECT pg_current_wal_insert_lsn()')->[0][0];
		for (1 .. patient($seconds * 20))
		{
			return if $self->admin('down', "SELECT pg_last_wal_replay_lsn() >= '$lsn'")->[0][0] eq 't';
			select(undef, undef, undef, 0.05);
		}
		return 'the standby does not catch up';
	}
	return $self->_replay($dbname) if $self->{mode} eq 'sql';
	my $retries = 0;
	for my $round (1 .. 1 + patient($seconds / 2))
	{
		my ($rows, $error) = $self->control('down', $dbname)->query("SELECT $INTERFACE.wait_for_follow('2 s')", 30);
		return if $rows && @$rows && $rows->[0][0] eq 't';
		my ($state, $last) = $self->follow_state($dbname);
		if ($state eq 'failed')
		{
			# The context of the error names the statement that failed.
			my ($statement) = ($error // '') =~ /SQL statement "(.*?)"\n/s;
			return "worker failed: $last"
			  . (defined $statement ? ' (running: ' . substr($statement =~ s/\s+/ /gr, 0, 200) . ')' : '');
		}
		return "wait_for_follow: $error" if defined $error;
		return "worker $state: $last" if $last ne '' && $state ne 'streaming' && ++$retries >= patient(2);
	}
	my ($state, $last) = $self->follow_state($dbname);
	return "worker does not catch up in $seconds s (state $state" . ($last ne '' ? ", $last" : '') . ')';
}

# Feeds the changes since the last call, as the plugin writes them for people, to psql on the downstream.
sub _replay
{
	my ($self, $dbname) = @_;
	my ($rows, $error) = $self->control('up', $dbname)
	  ->query("SELECT data FROM pg_logical_slot_get_changes('corpus_$dbname', NULL, NULL)", 60);
	return 'worker failed: ' . $error =~ s/\s+/ /gr if defined $error;
	my $file = "$self->{dir}/replay.sql";
	open(my $out, '>:raw', $file) or die $!;
	print $out "SET session_replication_role = replica;\n", map { "$_->[0]\n" } @$rows;
	close $out;
	my $output = eval {
		_run(
			"$self->{bindir}/psql", '-X', '-q', '-h', $self->socket, '-p',
			$self->{port}{down}, '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-d',
			$dbname, '-f', $file
		);
	};
	return if defined $output;
	return 'worker failed: ' . join ' ', $@ =~ /((?:ERROR|FATAL):.*)/ ? $1 : $@;
}

# The follow's state and its last error on one line.
sub follow_state
{
	my ($self, $dbname) = @_;
	my ($rows, $error) = $self->control('down', $dbname)
	  ->query("SELECT state, coalesce(last_error, '') FROM $INTERFACE.follow_status", 30);
	return ('unreachable', $error =~ s/\s+/ /gr) if defined $error;
	return ('unknown', 'follow_status has no row') if !@$rows;
	return ($rows->[0][0], $rows->[0][1] =~ s/\s+/ /gr);
}

# Ends the follow and removes the databases, on both sides, whatever state they are in.
sub drop_database
{
	my ($self, $dbname) = @_;
	if ($self->{mode} eq 'follow')
	{
		my ($rows) =
		  $self->control('down', 'postgres')->query("SELECT 1 FROM pg_database WHERE datname = '$dbname'", 30);
		$self->control('down', $dbname)->query("SELECT $INTERFACE.drop_follow(force => true)", 30) if $rows && @$rows;
	}
	$self->forget($dbname);
	for my $side ($self->sides)
	{
		my $left = $self->admin($side, "SELECT gid FROM pg_prepared_xacts WHERE database = '$dbname'");
		for (@$left) { $self->control($side, $dbname)->query("ROLLBACK PREPARED '$_->[0]'", 10); }
		$self->forget($dbname) if @$left;
		for my $try (1 .. 5)
		{
			$self->_drop_slots($side, $dbname);
			my (undef, $error) =
			  $self->control($side, 'postgres')->query(qq(DROP DATABASE IF EXISTS "$dbname" WITH (FORCE)), 60);
			last if !defined $error;
			die "$side: could not drop database $dbname: $error\n" if $try == 5;
			sleep 1;
		}
	}
	$self->control('down', 'postgres')
	  ->query('SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin', 30)
	  if $self->{mode} eq 'follow';
	return;
}

sub _drop_slots
{
	my ($self, $side, $dbname) = @_;
	my $where = "WHERE database = '$dbname'";
	my ($rows) =
	  $self->control($side, 'postgres')
	  ->query(
		"SELECT pg_terminate_backend(active_pid, 2000) FROM pg_replication_slots $where AND active_pid IS NOT NULL",
		30);
	$self->control($side, 'postgres')
	  ->query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots $where", 30);
	return;
}

# Removes the roles, tablespaces and databases that a file left behind, on both sides; those named before it are kept.
sub clean_cluster
{
	my ($self) = @_;
	for my $side ($self->sides)
	{
		for my $row (
			@{
				$self->admin($side,
					q(SELECT datname FROM pg_database
						WHERE datname NOT LIKE 'template_' AND datname NOT LIKE 'corpus\_%' AND datname <> 'postgres')
				)
			}
		  )
		{
			$self->drop_database($row->[0]);
		}
		my $drops = $self->admin(
			$side, q(SELECT format('DROP TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid >= 16384
			UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE oid >= 16384)
		);
		$self->control($side, 'postgres')->query($_->[0], 30) for @$drops;
	}
	return;
}

1;
