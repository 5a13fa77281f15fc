
=pod

=head1 NAME

PgFollower - two servers that follow, for TAP tests

=head1 SYNOPSIS

  use PgFollower;
  use Test::More;

  my ($upstream, $downstream) = pgf_pair();
  start_follow($downstream, $upstream);
  $upstream->safe_psql('postgres', 'CREATE TABLE t (id int)');
  wait_for_follow($downstream);
  is_same($upstream, $downstream, 'the table follows');
  done_testing();

=head1 DESCRIPTION

Nodes are PostgreSQL::Test::Cluster objects on Unix sockets of their own, with the settings of test/tools/server-config
and UTF8 databases, superuser "postgres" whoever runs the test. A test that waits for something by itself uses the
interval C<$time_limit>, and none depends on how fast the machine is: it waits until something is so (wait_until), never
for a number of seconds. Every function takes a database by the option
C<< dbname => >>, which is "postgres" where it is left out, and dies with the reason where it cannot do its work.

=cut

package PgFollower;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw($time_limit $origin_limit $upstream_major $downstream_major new_node pgf_node pgf_pair conninfo
  start_follow wait_for_follow follow_status table_hashes schema_dump is_same_schema is_same
  worker_pid wait_until wait_for_server try_psql open_transaction);
our @EXPORT_OK = qw(pg_config pg_configs);

# How long a test waits for what must happen (PG_TEST_TIMEOUT_DEFAULT), as an interval for SQL.
our $time_limit = "$PostgreSQL::Test::Utils::timeout_default s";

# The servers' pg_config: that of upstreams where it is another one.
my $own_config = $ENV{PG_CONFIG} || 'pg_config';
my $upstream_config = $ENV{PGF_UPSTREAM_PG_CONFIG} || $own_config;

# Those of all servers, each once.
sub pg_configs { return $upstream_config eq $own_config ? ($own_config) : ($own_config, $upstream_config); }

# What pg_config says, that of the downstream where none is given.
sub pg_config
{
	my ($option, $config) = @_;
	my ($out, $err);
	IPC::Run::run([ $config // $own_config, $option ], '>', \$out, '2>', \$err)
	  or die "could not run pg_config: $err";
	chomp $out;
	return $out;
}

# The major version of a pg_config's servers, such as 15.
sub pg_major { return pg_config('--version', @_) =~ /(\d+)/ ? $1 : die 'pg_config names no version'; }

# The major versions of upstreams and of all other nodes.
our ($upstream_major, $downstream_major) = (pg_major($upstream_config), pg_major());

# pg_dump reads servers of its own version and of older ones.
my $newest_bindir = pg_config('--bindir', $upstream_major > $downstream_major ? $upstream_config : $own_config);

# The setting that says how many replication origins may have a position.
our $origin_limit = $downstream_major >= 18 ? 'max_active_replication_origins' : 'max_replication_slots';

# What the nodes' superuser is called, whoever runs the test; libpq's default for the tests and the nodes themselves.
$ENV{PGUSER} = 'postgres';

my $tools = dirname(__FILE__) . '/../tools';

=pod

=over

=item new_node($name)

A PostgreSQL::Test::Cluster of that name, which is not made yet. One whose name begins with "upstream" is for the server
of UPSTREAM_PG_CONFIG, where the tests run with one.

=cut

sub new_node
{
	my ($name) = @_;
	my $config = config_of($name);
	return PostgreSQL::Test::Cluster->new($name,
		$config eq $own_config ? () : (install_path => dirname(pg_config('--bindir', $config))));
}

# The pg_config of a node's server.
sub config_of { return $_[0] =~ /^upstream/ ? $upstream_config : $own_config; }

=pod

=item pgf_node($name, preload => 0, config => '', extension => 1)

A running server, made by new_node. C<preload> sets shared_preload_libraries, C<config> is appended to postgresql.conf,
and C<extension> creates the extension in the database "postgres".

=cut

sub pgf_node
{
	my ($name, %opt) = @_;
	my $node = new_node($name);
	my $bindir = pg_config('--bindir', config_of($name));
	$node->init(extra => [ '--no-locale', '--encoding=UTF8', '--username=postgres' ]);
	my ($settings, $err);
	IPC::Run::run([ "$tools/server-config", $bindir ], '>', \$settings, '2>', \$err)
	  or die "could not learn the server's settings: $err";
	$node->append_conf('postgresql.conf', $settings);
	# Tests do not wait for what fails for good, nor long for the next try.
	$node->append_conf('postgresql.conf', "pg_follower.restart_interval = 1s\n");
	$node->append_conf('postgresql.conf', "pg_follower.max_restart_interval = 1s\npg_follower.max_retries = 0\n");
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_follower'\n") if $opt{preload};
	$node->append_conf('postgresql.conf', $opt{config}) if $opt{config};
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_follower') if $opt{extension} // 1;
	return $node;
}

=pod

=item pgf_pair(%options)

An upstream and a downstream, each made by pgf_node with these options.

=cut

sub pgf_pair
{
	my (%opt) = @_;
	return (pgf_node('upstream', %opt), pgf_node('downstream', %opt));
}

=pod

=item conninfo($node, $dbname)

A connection string to the node as user "postgres", for start_follow.

=cut

sub conninfo
{
	my ($node, $dbname) = @_;
	return $node->connstr($dbname // 'postgres') . ' user=postgres';
}

# Quotes a string as an SQL literal.
sub literal
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

=pod

=item start_follow($downstream, $upstream, name => 'default', copy_data => undef, existing => undef, dbname => ...,
upstream_dbname => ..., wait => 1)

Calls start_follow, and waits for the end of the copy unless told not to: what the test does then comes in the stream.
C<copy_data> and C<existing> are passed only where they are given; C<upstream_dbname> is C<dbname> where it is left out.

=cut

sub start_follow
{
	my ($downstream, $upstream, %opt) = @_;
	my $dbname = $opt{dbname} // 'postgres';
	my $conninfo = conninfo($upstream, $opt{upstream_dbname} // $dbname);
	my $call = 'SELECT start_follow(' . literal($conninfo) . ', follow_name => ' . literal($opt{name} // 'default');
	$call .= ', copy_data => ' . ($opt{copy_data} ? 'true' : 'false') if defined $opt{copy_data};
	$call .= ', existing => ' . literal($opt{existing}) if defined $opt{existing};
	$downstream->safe_psql($dbname, "$call)");
	return if !($opt{wait} // 1);
	my $name = literal($opt{name} // 'default');
	$downstream->poll_query_until($dbname, "SELECT copy_phase = 'done' OR state = 'failed' FROM follower.follow
		WHERE name = $name") or die "the copy has not ended\n" . follow_status($downstream, dbname => $dbname);
	return;
}

=pod

=item wait_for_follow($downstream, name => 'default', timeout => 180, dbname => ...)

Waits until all that is committed upstream is visible downstream. Dies, with follow_status, when the follow fails or
the time, in seconds, runs out.

=cut

sub wait_for_follow
{
	my ($downstream, %opt) = @_;
	my $dbname = $opt{dbname} // 'postgres';
	my $timeout = $opt{timeout} // $PostgreSQL::Test::Utils::timeout_default;
	my $name = literal($opt{name} // 'default');
	my ($status, $out, $err) = $downstream->psql($dbname, "SELECT wait_for_follow('$timeout s', $name)");
	return 1 if $status == 0 && $out eq 't';
	die 'the follow has not caught up: '
	  . ($err || "wait_for_follow returned \"$out\"") . "\n"
	  . follow_status($downstream, %opt);
}

=pod

=item follow_status($downstream, dbname => ...)

The text of the view follow_status, all columns, for messages.

=cut

sub follow_status
{
	my ($downstream, %opt) = @_;
	my ($status, $out, $err) = $downstream->psql(
		$opt{dbname} // 'postgres',
		'SELECT * FROM follow_status',
		extra_params => [ '-x', '-P', 'format=aligned' ]);
	return $out || $err;
}

=pod

=item worker_pid($downstream, name => 'default', dbname => ...)

The process id of a follow's worker, or the empty string where none runs.

=cut

sub worker_pid
{
	my ($downstream, %opt) = @_;
	return $downstream->safe_psql($opt{dbname} // 'postgres',
		'SELECT pid FROM follow_status WHERE pid IS NOT NULL AND follow_name = ' . literal($opt{name} // 'default'));
}

=pod

=item wait_until($node, $query, $expected, dbname => ...)

Waits until the query returns the expected text, "t" where it is left out. Dies with the last answer after the test
suite's time limit.

=cut

sub wait_until
{
	my ($node, $query, $expected, %opt) = @_;
	$expected //= 't';
	$node->poll_query_until($opt{dbname} // 'postgres', $query, $expected)
	  or die "the query did not come to return \"$expected\": $query";
	return;
}

=pod

=item try_psql($node, $dbname, $sql)

What psql does with a server that may be killed meanwhile: its status, output and messages. A psql that ends before it
has read the text has failed, too.

=cut

sub try_psql
{
	my ($node, $dbname, $sql) = @_;
	my @result = eval { $node->psql($dbname, $sql) };
	return @result ? @result : (2, '', $@);
}

=pod

=item wait_for_server($node)

Waits until a server that crashed takes connections again. (A psql that cannot connect may end before it has read the
query that wait_until writes to it, and the test would die of that.)

=cut

sub wait_for_server
{
	my ($node) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if IPC::Run::run([ 'pg_isready', '-q', '-d', $node->connstr('postgres') ]);
		select(undef, undef, undef, 0.1);
	}
	die 'the server ' . $node->name . ' takes no connections';
}

=pod

=item table_hashes($node, dbname => ...)

One line "schema.table|rows|hash" for each permanent table and populated materialized view.

=cut

sub table_hashes
{
	my ($node, %opt) = @_;
	my ($out, $err);
	my $database = $node->connstr($opt{dbname} // 'postgres');
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-f', "$tools/table_hashes.sql" ],
		'>', \$out, '2>', \$err)
	  or die "could not hash the tables: $err";
	return $out;
}

=pod

=item schema_dump($node, dbname => ...)

The output of pg_dump -s without comments, versions, empty lines and the \restrict lines that differ each time.

=cut

sub schema_dump
{
	my ($node, %opt) = @_;
	my ($out, $err);
	my $database = $node->connstr($opt{dbname} // 'postgres');
	IPC::Run::run([ "$newest_bindir/pg_dump", '-s', '-d', $database ], '>', \$out, '2>', \$err)
	  or die "could not dump the schema: $err";
	$out =~ s/^(?:--.*|\\(?:un)?restrict .*|)\n//mg;
	# An option of columns that Debian's 15.20 keeps for itself, and that only its own pg_dump leaves out.
	$out =~ s/^ALTER .* ALTER COLUMN .* SET \(pg_attver=[^,)]*\);\n//mg;
	$out =~ s/pg_attver=[^,)]*, |, pg_attver=[^,)]*//g;
	return $out;
}

# The schemas of two servers of different versions, both as the newer one has them: that of the other is what its dump
# gives when it is restored there. What servers before 18 do not have is left out: the names of NOT NULL constraints,
# and such constraints of inherited columns that are a table's own besides (docs/versions.md).
sub schemas_of_two_versions
{
	my ($upstream, $up, $downstream, $down) = @_;
	my $downstream_is_newer = $downstream_major > $upstream_major;
	my ($older, $older_opt, $newer) =
	  $downstream_is_newer ? ($upstream, $up, $downstream) : ($downstream, $down, $upstream);
	my $scratch = 'restored_' . ($older_opt->{dbname} // 'postgres');
	$newer->safe_psql('template1', "CREATE DATABASE $scratch TEMPLATE template0");
	my ($dump, $err) = (schema_dump($older, %$older_opt), '');
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $newer->connstr($scratch) ],
		'<', \$dump, '>', '/dev/null', '2>', \$err)
	  or die "could not restore the dump of the older server: $err";
	my $restored = schema_dump($newer, dbname => $scratch);
	$newer->safe_psql('template1', "DROP DATABASE $scratch");
	my $own = schema_dump($newer, $downstream_is_newer ? %$down : %$up);
	if ($upstream_major < 18 || $downstream_major < 18)
	{
		for ($restored, $own)
		{
			s/ CONSTRAINT ("[^"]*"|\w+) NOT NULL/ NOT NULL/g;
			s/^    NOT NULL (?:"[^"]*"|\w+),\n//mg;
		}
	}
	return $downstream_is_newer ? ($restored, $own) : ($own, $restored);
}

# Says where two texts first differ, with the lines around it.
sub first_difference
{
	my ($expected, $got) = @_;
	my @expected = split /\n/, $expected;
	my @got = split /\n/, $got;
	my $line = 0;
	$line++ while $line < @expected && $line < @got && $expected[$line] eq $got[$line];
	my $from = $line > 5 ? $line - 5 : 0;
	my $show = sub { join("\n", map { $_ // '(the end)' } @_[ $from .. $line + 3 ]) };
	return 'upstream, around line ' . ($line + 1) . ":\n" . $show->(@expected) . "\n\ndownstream:\n" . $show->(@got);
}

=pod

=item is_same_schema($upstream, $downstream, $what, dbname => ..., upstream_dbname => ...)

Tests that the schema dumps of both databases are equal. Servers of two versions dump the same in different words: there
a dump of the older one is restored beside the newer one first.

=cut

sub is_same_schema
{
	my ($upstream, $downstream, $what, %opt) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my %up = (dbname => $opt{upstream_dbname} // $opt{dbname});
	my ($expected, $got) =
	  $upstream_major != $downstream_major
	  ? schemas_of_two_versions($upstream, \%up, $downstream, \%opt)
	  : (schema_dump($upstream, %up), schema_dump($downstream, %opt));
	return are_equal("$what: schema", $expected, $got);
}

sub are_equal
{
	my ($what, $expected, $got) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $good = ok($expected eq $got, $what);
	diag(first_difference($expected, $got)) if !$good;
	return $good;
}

=pod

=item open_transaction($node)

A session of the database "postgres" that has begun a transaction: a background_psql, which goes on after errors.

=cut

sub open_transaction
{
	my ($node) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query('BEGIN');
	return $session;
}

=pod

=item is_same($upstream, $downstream, $what, dbname => ..., upstream_dbname => ...)

Tests that the schemas of both databases are equal, as is_same_schema does, and the hashes of their tables.

=back

=cut

sub is_same
{
	my ($upstream, $downstream, $what, %opt) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $schema = is_same_schema($upstream, $downstream, $what, %opt);
	my $rows = are_equal(
		"$what: rows",
		table_hashes($upstream, dbname => $opt{upstream_dbname} // $opt{dbname}),
		table_hashes($downstream, %opt));
	return $schema && $rows;
}

1;
