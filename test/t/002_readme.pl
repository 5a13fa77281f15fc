# README.md and the files of docs/: each example runs and prints what the page shows, each link leads somewhere, and the
# tables are what the library says of itself (make readme prints them anew).
#
# What an example is, says test/perl/Pages.pm. Statements run in one session on each server for a whole page; "copy" is
# a third server, which a page makes in the folder "copy" by its own shell commands. A block of anything else needs a
# reason why it does not run; without one the test fails.
#
# Pages say "upstream.example", "downstream.example" and "copy.example" where the test's servers have an address and a
# port; where a page is about a move, the upstream is "old" and the downstream "new". README.md starts with two servers
# as initdb leaves them, the other pages with two that are configured and have the extension; and the downstream follows
# unless the page calls start_follow() itself. Before a statement on the downstream the test waits for the follow, as a
# reader would, unless a transaction is open in the upstream's session, for whose end a copy waits. Positions, times,
# process ids and the like are not compared (comparable()).
use strict;
use warnings;

use IPC::Run ();
use Pages;
use PgFollower;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @pages = ('README.md', sort glob 'docs/*.md');
my @servers = ('upstream', 'downstream', 'copy');
# What they are called in a page about a move.
my %other_name = (upstream => 'old', downstream => 'new', copy => 'copy');
my %server_of = (shell => 'shell', reverse(%other_name), map { $_ => $_ } @servers);
my $timeout = $PostgreSQL::Test::Utils::timeout_default;

# ------------------------------------------------------------------------------------------------------- running a page

# The servers of a page, {upstream}, {downstream} and {copy}, each with its {host}, {port}, {socket} folder, {node} (but
# for the copy, which a page makes by its own commands) and {session}; and the {folder} in which shell commands run.
sub servers_for
{
	my ($page, $folder) = @_;
	my $run = { folder => $folder };
	(my $name = $page) =~ s/\W/_/g;
	for my $server ('upstream', 'downstream')
	{
		my $node;
		if ($page eq 'README.md')
		{
			# Nothing but where it listens; what connects over TCP needs a line in pg_hba.conf of the README.
			$node = PostgreSQL::Test::Cluster->new("${name}_$server");
			$node->init(allows_streaming => 1, extra => [ '--no-locale', '--encoding=UTF8', '--username=postgres' ]);
			$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\n");
			unlink $node->data_dir . '/pg_hba.conf';
			$node->append_conf('pg_hba.conf', "local all all trust\n");
			$node->start;
		}
		else
		{
			$node = pgf_node("${name}_$server", preload => 1, extension => 0);
		}
		$node->safe_psql('postgres', 'CREATE DATABASE shop');
		$run->{$server} = { node => $node, socket => $node->host, port => $node->port };
		$run->{$server}{host} = $page eq 'README.md' ? '127.0.0.1' : $node->host;
	}
	$run->{copy} = { %{ $run->{upstream} }, node => undef, port => PostgreSQL::Test::Cluster::get_free_port() };
	return $run if $page eq 'README.md';
	$run->{$_}{node}->safe_psql('shop', 'CREATE EXTENSION pg_follower') for 'upstream', 'downstream';
	start_follow($run->{downstream}{node}, $run->{upstream}{node}, dbname => 'shop')
	  if slurp_file($page) !~ /start_follow\('/;
	return $run;
}

sub stop_servers
{
	my ($run) = @_;
	end_sessions($run);
	my $copy = "$run->{folder}/copy";
	system_or_bail('pg_ctl', '-D', $copy, '-m', 'immediate', 'stop') if -e "$copy/postmaster.pid";
	$run->{$_}{node}->stop('immediate') for 'downstream', 'upstream';
	return;
}

# A text of a page with the addresses of the test's servers.
sub with_addresses
{
	my ($run, $text) = @_;
	for my $server (@servers)
	{
		my ($host, $port, $socket) = @{ $run->{$server} }{ 'host', 'port', 'socket' };
		my $name = qr/(?:$server|$other_name{$server})\.example/;
		$text =~ s/^host=$name$/host=$host\nport=$port/mg;
		$text =~ s/host=$name/host=$host port=$port/g;
		$text =~ s/-h $name/-h $socket -p $port/g;
		$text =~ s/$name:5432/$host:$port/g;
		$text =~ s/(\s)$name(\s)/${1}127.0.0.1\/32$2/g;
	}
	$text =~ s/pg_ctl -D copy start/pg_ctl -D copy -o "-p $run->{copy}{port}" start/g;
	return $text;
}

# The opposite, for what was printed.
sub without_addresses
{
	my ($run, $text) = @_;
	for my $server (@servers)
	{
		my ($host, $port) = @{ $run->{$server} }{ 'host', 'port' };
		$text =~ s/host=\Q$host\E port=$port/host=$server.example port=5432/g;
	}
	return $text;
}

# An output without what differs each time, for comparing: positions, times, slots' names, process ids, sizes, and the
# width of what they stand in.
sub comparable
{
	my ($text) = @_;
	$text =~ s/\b[0-9A-F]{1,8}\/[0-9A-F]{6,8}\b/LSN/g;
	$text =~ s/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::\d\d)?)?/TIME/g;
	$text =~ s/\b\d\d:\d\d:\d\d(?:\.\d+)?\b/INTERVAL/g;
	$text =~ s/\bpg_follower_\w+_[0-9a-f]{8}\b/SLOT/g;
	$text =~ s/^(pid +\| )\d+/$1PID/mg;
	$text =~ s/\bprocess \d+/process PID/g;
	$text =~ s/\b\d+ (?:bytes|kB|MB)/SIZE/g;
	$text =~ s/-\[ RECORD (\d+) \][-+]*/-[ RECORD $1 ]/g;
	$text =~ s/-{2,}(?:\+-+)*/--/g if $text =~ /LSN|TIME|SLOT|SIZE|PID/;
	$text =~ s/  +/ /g if $text =~ /LSN|TIME|SLOT|SIZE|PID/;
	$text =~ s/ +$//mg;
	$text =~ s/\s+\z//;
	return $text;
}

# Where psql finds the page's database.
sub connection
{
	my ($run, $server) = @_;
	return "host=$run->{$server}{socket} port=$run->{$server}{port} dbname=shop";
}

# Runs a statement in the page's session on a server; returns what psql prints. A new configuration takes a moment to
# arrive at the session and at new ones, which on a busy machine is longer than a reader's next line takes.
sub run_statement
{
	my ($run, $server, $statement) = @_;
	return send_statement($run, $server, $statement) if $statement !~ /pg_reload_conf/;
	my $load_time = 'SELECT pg_conf_load_time();';
	my $before = send_statement($run, $server, $load_time);
	my $out = send_statement($run, $server, $statement);
	my $end = time + $timeout;
	while (time < $end)
	{
		my ($new_session) = run_command([ 'psql', '-X', '-d', connection($run, $server), '-c', $load_time ]);
		last if $new_session ne $before && send_statement($run, $server, $load_time) ne $before;
		select(undef, undef, undef, 0.1);
	}
	return $out;
}

sub send_statement
{
	my ($run, $server, $statement) = @_;
	$run->{$server}{session} //= { connection => connection($run, $server) };
	return run_in_session($run->{$server}{session}, $statement);
}

# Ends the sessions, which a restart would end, too.
sub end_sessions
{
	my ($run) = @_;
	for my $server (@servers)
	{
		my $session = delete $run->{$server}{session} or next;
		end_session($session);
	}
	return;
}

# Waits until each follow of a server has caught up, or is known not to come any further by itself.
sub catch_up
{
	my ($run, $server) = @_;
	# An error of wait_for_follow says that the follow is stopped or has failed, which some examples show; and where
	# there is no extension yet, or no server, nothing follows.
	my ($out, $err);
	my @psql = ('psql', '-XAtq', '-d', connection($run, $server), '-c');
	IPC::Run::run([ @psql, 'SELECT follow_name FROM follow_status' ], '>', \$out, '2>', \$err) or return;
	for my $follow (split /\n/, $out)
	{
		my $reached = '';
		IPC::Run::run([ @psql, "SELECT wait_for_follow('$timeout s', '$follow')" ], '>', \$reached, '2>', \$err);
		next if $reached ne "f\n";
		IPC::Run::run([ @psql, '\x', '-c', 'SELECT * FROM follow_status' ], '>', \$out);
		die "the follow \"$follow\" of the $server has not caught up:\n$out";
	}
	return;
}

# Puts lines into a configuration file of a server, those aside that this minor release does not know.
sub configure
{
	my ($run, $file, $server, $lines) = @_;
	my $node = $run->{$server}{node};
	if ($file eq 'postgresql.conf')
	{
		end_sessions($run);
		$lines =~ s/^output_plugin_libraries.*\n//m
		  if $node->safe_psql('postgres', "SELECT 1 FROM pg_settings WHERE name = 'output_plugin_libraries'") ne '1';
		$node->append_conf($file, $lines);
		$node->restart;
	}
	elsif ($file eq 'pg_hba.conf')
	{
		$node->append_conf($file, $lines);
		$node->reload;
	}
	else
	{
		# All servers of a page find these files by their environment; the lines replace what was there.
		my $name = "$run->{folder}/$file";
		unlink $name;
		append_to_file($name, $lines);
		chmod 0600, $name or die "could not change the mode of $name: $!";
	}
	return;
}

# Runs an example, and compares what it prints.
sub run_block
{
	my ($run, $page, $block) = @_;
	my @steps = page_steps($block);
	ok(@steps, "$page:$block->{line} is an example, or says why it does not run");
	for my $step (@steps)
	{
		my $text = with_addresses($run, $step->{text});
		my $where = $server_of{ $step->{where} };
		if ($step->{file})
		{
			configure($run, $step->{file}, $where, $text);
			next;
		}
		catch_up($run, $where eq 'copy' ? 'copy' : 'downstream')
		  if $where ne 'upstream' && !$run->{transaction};
		$run->{transaction} = $1 eq 'BEGIN' if $where eq 'upstream' && $text =~ /^(BEGIN|COMMIT|ROLLBACK);/;
		my $out = '';
		if ($where eq 'shell')
		{
			IPC::Run::run([ 'bash', '-c', "cd $run->{folder} && $text" ],
				'>', \$out, '2>&1', IPC::Run::timeout($timeout));
		}
		else
		{
			$out = run_statement($run, $where, $text);
		}
		is( comparable(without_addresses($run, $out)),
			comparable($step->{shown}),
			"$page:$block->{line}: $step->{where}: " . (split /\n/, $step->{text})[0])
		  or diag("It prints:\n$out");
	}
	return;
}

# --------------------------------------------------------------------------------------------------------------- links

# The anchors that GitHub gives a page's headings.
sub anchors
{
	my ($page) = @_;
	my %anchors;
	for my $heading (slurp_file($page) =~ /^#+ (.*)$/mg)
	{
		my $anchor = lc $heading;
		$anchor =~ s/[^\w\- ]//g;
		$anchor =~ tr/ /-/;
		$anchors{$anchor} = 1;
	}
	return \%anchors;
}

sub check_links
{
	my ($page) = @_;
	my ($folder) = $page =~ /^(.*\/)/;
	for my $link (slurp_file($page) =~ /\]\(([^)\s]+)\)/g)
	{
		next if $link =~ /^https?:/;
		my ($target, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
		$target = $target eq '' ? $page : ($folder // '') . $target;
		ok(-e $target && (!defined $anchor || anchors($target)->{$anchor}), "$page: $link leads somewhere");
	}
	return;
}

# -------------------------------------------------------------------------------------------------------------- tables

sub check_tables
{
	my ($node) = @_;
	my $text = join '', map { slurp_file($_) } @pages;
	for my $script (glob 'test/tools/readme_*.sql')
	{
		my ($name) = $script =~ /readme_(\w+)\.sql/;
		my @shown = $text =~ /^<!-- $name -->\n(.*?)^<!-- \/$name -->$/msg;
		my @psql = ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('shop'));
		my ($out) = run_command([ @psql, '-f', $script ]);
		like($out, qr/^\|---.*\n\|/m, "the server prints the table of $name");
		is_deeply(\@shown, ["$out\n"], "the pages show the table of $name, once");
	}
	return;
}

# Tables that are written by hand name all that there is.
sub check_names
{
	my ($node) = @_;
	my $functions = $node->safe_psql('shop', q{
		SELECT DISTINCT proname FROM pg_depend JOIN pg_proc ON classid = 'pg_proc'::regclass AND pg_proc.oid = objid
		WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_follower')
			AND pronamespace <> 'follower'::regnamespace});
	my $columns = $node->safe_psql('shop', q{
		SELECT attname FROM pg_attribute
		WHERE attrelid IN ('follow_status'::regclass, 'follow_copy_progress'::regclass) AND attnum > 0});
	for ([ 'docs/functions.md', '`%s(', $functions ], [ 'docs/operations.md', '`%s`', $columns ])
	{
		my ($page, $form, $names) = @$_;
		my $tables = join "\n", grep { /^\|/ } split /\n/, slurp_file($page);
		my @missing = grep { index($tables, sprintf($form, $_)) < 0 } split /\n/, $names;
		is("@missing", '', "no table of $page lacks a name");
	}
	return;
}

# ----------------------------------------------------------------------------------------------------------------------
for my $page (@pages)
{
	check_links($page);
	my @examples = grep { !$_->{not_run} } page_blocks($page);
	# These are tables: of functions, of settings, of messages, of measured times, of tests.
	is(!!@examples, $page !~ /^docs\/(functions|performance|reliability|settings|troubleshooting)\.md$/,
		"$page has examples, unless it is a table");
	my $folder = PostgreSQL::Test::Utils::tempdir();
	local $ENV{PGPASSFILE} = "$folder/.pgpass";
	local $ENV{PGSERVICEFILE} = "$folder/.pg_service.conf";
	my $run = servers_for($page, $folder);
	run_block($run, $page, $_) for @examples;
	if ($page eq 'README.md')
	{
		check_tables($run->{upstream}{node});
		check_names($run->{upstream}{node});
	}
	stop_servers($run);
}

done_testing();
