# The tables that the README shows are what the library says of itself (make readme prints them anew).
use strict;
use warnings;

use PgFollower;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = pgf_node('node');
my $readme = slurp_file('README.md');
for my $script (glob 'test/tools/readme_*.sql')
{
	my ($name) = $script =~ /readme_(\w+)\.sql/;
	my ($shown) = $readme =~ /^<!-- $name -->\n(.*?)^<!-- \/$name -->$/ms;
	my ($out) = run_command([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', $script ]);
	like($out, qr/^\|---.*\n\|/m, "the server prints the table of $name");
	is($shown, "$out\n", "the README shows the table of $name");
}

done_testing();
