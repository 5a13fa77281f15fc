# An extension, or a version of it, that the downstream lacks stops the follow with what to install; the follow goes on
# once it is there.
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;
use TestExtensions;

# Both servers may read one folder, so what the downstream lacks is taken away while the upstream does not look.
my %files = (
	'pgf_test_lack.control' => "default_version = '1.0'\n",
	'pgf_test_lack--1.0.sql' => "CREATE TABLE lack_made (id int PRIMARY KEY);\n",
	'pgf_test_lack--1.0--1.1.sql' => "ALTER TABLE lack_made ADD t text;\n"
);

my ($upstream, $downstream) = pgf_pair();
start_follow($downstream, $upstream);
wait_for_follow($downstream);

# The error that the follow ends with once this SQL ran upstream, without these files downstream.
sub failure
{
	my ($sql, @lacking) = @_;
	$downstream->safe_psql('postgres', 'SELECT stop_follow()');
	add_extension_files(%files);
	$upstream->safe_psql('postgres', $sql);
	remove_extension_files(@lacking);
	$downstream->safe_psql('postgres', 'SELECT resume_follow()');
	wait_until($downstream, "SELECT state = 'failed' FROM follow_status");
	return { map { $_ => $downstream->safe_psql('postgres', "SELECT $_ FROM follow_status") }
		  qw(last_error last_error_detail last_error_hint) };
}

my $status = failure('CREATE EXTENSION pgf_test_lack', keys %files);
is($status->{last_error}, 'extension "pgf_test_lack", which the upstream has, is not available on this server',
	'the error');
like(
	$status->{last_error_detail},
	qr{There is no file ".*/extension/pgf_test_lack\.control"},
	'the detail names the file'
);
like(
	$status->{last_error_hint},
	qr/^Install the extension's package on this server\. .* Call resume_follow\(\) when the cause is gone, or /,
	'the hint'
);
like(
	$status->{last_error_hint},
	qr/"postgresql-\d+-pgf-test-lack".*"apt-file search pgf_test_lack\.control"/,
	'the hint names the package, and how it is found'
);
add_extension_files(%files);
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is_same($upstream, $downstream, 'the extension follows once it is there');

$status = failure("ALTER EXTENSION pgf_test_lack UPDATE TO '1.1'", 'pgf_test_lack--1.0--1.1.sql');
is(
	$status->{last_error},
	'version "1.1" of extension "pgf_test_lack", which the upstream has, is not available on this server',
	'the error for a version'
);
like($status->{last_error_hint}, qr/^Install the extension's package/, 'the hint for a version');
add_extension_files(%files);
$downstream->safe_psql('postgres', 'SELECT resume_follow()');
wait_for_follow($downstream);
is($downstream->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'pgf_test_lack'"),
	'1.1', 'the update follows once it is there');

# What belongs to PostgreSQL is known by name, and so are packages that bear other names.
for my $case ([ 'hstore', qr/Install PostgreSQL's contrib modules.*"postgresql-contrib"/ ],
	[ 'plpython3u', qr/"postgresql-\d+-plpython3"/ ], [ 'vector', qr/"postgresql-\d+-pgvector"/ ])
{
	my ($name, $hint) = @$case;
	next if has_extension_file("$name.control");
	%files = ("$name.control" => "default_version = '1.0'\nschema = 'pg_catalog'\n", "$name--1.0.sql" => "");
	$status = failure("CREATE EXTENSION \"$name\"", keys %files);
	like($status->{last_error_hint}, $hint, "the hint for $name");
	add_extension_files(%files);
	$downstream->safe_psql('postgres', 'SELECT resume_follow()');
	wait_for_follow($downstream);
	remove_extension_files(keys %files);
}
done_testing();
