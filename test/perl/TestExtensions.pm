
=pod

=head1 NAME

TestExtensions - extensions and libraries that a TAP file makes for itself

=head1 SYNOPSIS

  use TestExtensions;

  add_extension_files('one.control' => "default_version = '1.0'\n", 'one--1.0.sql' => 'CREATE TABLE t ();');
  add_module('pgf_label');

=head1 DESCRIPTION

They are put into the installations of both servers, which are one where the tests run with one, and are removed when
the test ends. A test that must not write there is skipped.

=cut

package TestExtensions;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use IPC::Run ();
use PgFollower qw(pg_configs pg_config);
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(add_extension_files remove_extension_files has_extension_file add_module);

my $modules = dirname(__FILE__) . '/../modules';
my %added;
END { unlink keys %added; }

# A folder of each installation, as pg_config's option names it, with a subfolder.
sub folders
{
	my ($option, $subfolder) = @_;
	my @folders = map { pg_config($option, $_) . $subfolder } pg_configs();
	for (@folders)
	{
		plan skip_all => "the folder $_ cannot be written to" if !-w $_;
	}
	return @folders;
}

=pod

=over

=item add_extension_files($name => $content, ...)

=cut

sub add_extension_files
{
	my (%files) = @_;
	for my $folder (folders('--sharedir', '/extension'))
	{
		for my $name (keys %files)
		{
			my $file = "$folder/$name";
			open my $out, '>', $file or die "could not write $file: $!";
			print $out $files{$name};
			close $out or die "could not write $file: $!";
			$added{$file} = 1;
		}
	}
	return;
}

=pod

=item remove_extension_files($name, ...)

=cut

sub remove_extension_files
{
	my (@names) = @_;
	for my $folder (folders('--sharedir', '/extension'))
	{
		unlink map { "$folder/$_" } @names;
	}
	return;
}

=pod

=item has_extension_file($name)

Whether a server has a file of that name.

=cut

sub has_extension_file
{
	my ($name) = @_;
	return scalar grep { -e "$_/$name" } folders('--sharedir', '/extension');
}

=pod

=item add_module($name)

Builds and installs what the folder test/modules/NAME holds.

=back

=cut

sub add_module
{
	my ($name) = @_;
	my @folders = (folders('--pkglibdir', ''), folders('--sharedir', '/extension'));
	for my $config (pg_configs())
	{
		my $build = PostgreSQL::Test::Utils::tempdir;
		my $out;
		IPC::Run::run([ 'cp', glob("$modules/$name/*"), $build ], '>&', \$out) or die $out;
		IPC::Run::run([ 'make', '-C', $build, "PG_CONFIG=$config", 'install' ], '>&', \$out)
		  or die "could not build $name: $out";
	}
	$added{$_} = 1 for map { glob "$_/$name*" } @folders;
	return;
}

1;
