# Each check of test/tools/source-check finds the faults that it is for, and only these: faults, and what looks like one
# but is none, are planted in a tree of sources. Most are planted in a tree that holds nothing else, which is quick; one
# for each check in a copy of the real one.
use strict;
use warnings;

use Cwd qw(getcwd);
use File::Basename qw(basename dirname);
use File::Path qw(make_path remove_tree);
use Test::More;

my $sources = getcwd();
my $program = "$sources/test/tools/source-check";
my $tree = "$ENV{TESTDATADIR}/tree";
make_path($tree);

# Writes a file of the tree, in place of what may be there.
sub plant
{
	my ($path, $text) = @_;
	make_path(dirname("$tree/$path"));
	unlink "$tree/$path";
	open(my $file, '>:encoding(UTF-8)', "$tree/$path") or die "could not write $path: $!";
	print $file $text;
	close $file or die "could not write $path: $!";
	return;
}

# A source file of the tree and its object.
sub plant_source
{
	my ($path, $text) = @_;
	plant($path, $text);
	my $object = "$tree/$path" =~ s/\.cpp$/.o/r;
	system($ENV{CXX} || 'g++', '-std=c++17', '-c', "$tree/$path", '-o', $object) == 0 or die "could not compile $path";
	return;
}

# What a check says of the planted files, whose names all hold the word planted. What it may say of the real sources is
# the business of the check itself.
sub said
{
	my ($check) = @_;
	open(my $pipe, '-|', $^X, $program, $check, $tree) or die "could not run $program: $!";
	my $text = join '', grep { /planted/ } <$pipe>;
	my $closed = close $pipe;
	ok(!$closed, "$check fails") if $text ne '';
	return $text;
}

# Tests that a check says each of the lines, given as pairs of a pattern and what it shows, and nothing else; then
# empties the tree.
sub finds
{
	my ($check, @expected) = @_;
	my @said = split /\n/, said($check);
	while (my ($pattern, $what) = splice @expected, 0, 2)
	{
		my ($line) = grep { $said[$_] =~ $pattern } 0 .. $#said;
		ok(defined $line, "$check finds $what") or diag("nothing like $pattern in:\n", map { "$_\n" } @said);
		splice @said, $line, 1 if defined $line;
	}
	is(join("\n", @said), '', "$check finds nothing else");
	remove_tree($tree, { keep_root => 1 });
	return;
}

# Tests that a check finds no fault, and empties the tree.
sub accepts
{
	my ($check, $what) = @_;
	is(said($check), '', "$check accepts $what");
	remove_tree($tree, { keep_root => 1 });
	return;
}

# -------------------------------------------------------------------------------------------------------------- layers
my @upwards = (
	[ 'src/deparse/text', 'src/deparse/capture', 'text lies below capture' ],
	[ 'src/deparse/text', 'src/deparse', 'text lies below the core' ],
	[ 'src/deparse', 'src/deparse/table', 'the core lies below table' ],
	[ 'src/deparse/table', 'src/deparse/object', 'table lies below object' ],
	[ 'src/deparse/object', 'src/deparse/verb', 'object lies below verb' ],
	[ 'src/deparse/verb', 'src/deparse/drop', 'verb lies below drop' ],
	[ 'src/deparse/drop', 'src/deparse/capture', 'drop lies below capture' ],
	[ 'src/decode', 'src/apply/state', 'the parts decode and apply may not use each other' ],
	[ 'src/apply/state', 'src/deparse/text', 'the parts apply and deparse may not use each other' ],
	[ 'src/deparse', 'src/decode', 'the parts deparse and decode may not use each other' ],
	[ 'src/apply/state', 'src/apply/execute', 'state lies below execute' ],
	[ 'src/apply/execute', 'src/apply/worker', 'execute lies below worker' ],
	[ 'src/apply/worker', 'src/apply/interface', 'worker lies below interface' ],
	[ 'src/common', 'src/decode', 'common may not use the part decode' ],
	[ 'include/pg_follower', 'src/decode', 'common may not use the part decode' ],
	[ 'src/apply/state', 'src', 'only the top may use it' ]);
my @downwards = (
	[ 'src', 'src/apply/state' ],
	[ 'src', 'src/deparse/capture' ],
	[ 'src/deparse/capture', 'src/deparse/text' ],
	[ 'src/deparse/capture', 'src/deparse' ],
	[ 'src/deparse/drop', 'src/deparse/table' ],
	[ 'src/deparse/object', 'src/deparse/table' ],
	[ 'src/deparse/table', 'src/deparse/table' ],
	[ 'src/deparse', 'src/deparse/text' ],
	[ 'src/apply/state', 'src/common' ],
	[ 'src/apply/interface', 'src/apply/worker' ],
	[ 'src/apply/copy', 'src/apply/upstream' ],
	[ 'src/common', 'include/pg_follower' ]);

# For each pair of folders a file in the first that includes one in the second; returns what these are called.
sub plant_includes
{
	my $number = 0;
	for (@_)
	{
		my ($from, $to) = @$_;
		$number++;
		plant("$to/planted_other$number.hpp", "#pragma once\n");
		plant("$from/planted$number.hpp",
			'#include "' . '../' x ($from =~ tr,/,, + 1) . "$to/planted_other$number.hpp\"\n");
	}
	return;
}
plant_includes(@upwards);
my $number = 0;
finds('layers',
	map { $number++; qr{^$_->[0]/planted$number.hpp:1: includes .*: $_->[2]$} => "an include of $_->[1] in $_->[0]" }
	  @upwards);
plant_includes(@downwards);
accepts('layers', 'includes down the layers');
plant('src/apply/state/planted.cpp', qq(#include "deparse/text/planted.hpp"\n));
plant('src/deparse/text/planted.hpp', '');
plant('src/decode/planted.cpp', qq(#include "pg_follower/apply.hpp"\n));
plant('include/pg_follower/apply.hpp', '');
plant('src/planted/new.cpp', '');
plant('src/decode/planted/new.cpp', '');
finds(
	'layers',
	qr{^src/apply/state/planted.cpp:1: includes src/deparse/text/planted.hpp: } => 'an include by the path below src',
	qr{^src/decode/planted.cpp:1: .* the parts decode and apply may not} => "an include of another part's face",
	qr{^src/planted/new.cpp: the layers do not know this folder$} => 'a new folder',
	qr{^src/decode/planted/new.cpp: the layers do not know this folder$} => 'a new folder in a part');

# ---------------------------------------------------------------------------------------------------------------- calls
# For each pair of folders a source file in the first that calls one in the second.
sub plant_calls
{
	my $number = 0;
	for (@_)
	{
		my ($from, $to) = @$_;
		$number++;
		plant_source("$from/planted$number.cpp",
			"namespace pgf { void called$number(); void caller$number() { called$number(); } }\n");
		plant_source("$to/planted_other$number.cpp", "namespace pgf { void called$number() {} }\n");
	}
	return;
}
my @calls = grep { $_->[0] !~ /include/ } @upwards;
plant_calls(@calls);
$number = 0;
finds(
	'calls',
	map {
		$number++;
		qr{^$_->[0]/planted$number.cpp: uses of $_->[1]/planted_other$number.cpp: pgf::called$number\(\): $_->[2]$} =>
		  "a call from $_->[0] to $_->[1]"
	} @calls);
plant_calls(grep { $_->[1] !~ /include/ } @downwards);
plant_source("src/apply/state/planted_$_.cpp", "inline int inlined() { return 1; } int f_$_() { return inlined(); }\n")
  for 'one', 'two';
accepts('calls', 'calls down the layers, and an inline function in two objects');
plant_source('src/deparse/table/planted_1.cpp', "void two(); void one() { two(); }\n");
plant_source('src/deparse/table/planted_2.cpp', "void three(); void two() { three(); }\n");
plant_source('src/deparse/table/planted_3.cpp', "void one(); void three() { one(); }\n");
plant_source('src/apply/state/planted_a.cpp', "extern int b; int a = 1; int use_b() { return b; }\n");
plant_source('src/apply/state/planted_b.cpp', "extern int a; int b = 1; int use_a() { return a; }\n");
plant('src/apply/state/planted_c.cpp', '');
my ($table, $apply) = ('src/deparse/table/planted_', 'src/apply/state/planted_');
finds(
	'calls',
	qr{^a circle of calls: ${table}1.cpp ${table}2.cpp ${table}3.cpp$} => 'a circle of calls',
	qr{^ +${table}1.cpp uses of ${table}2.cpp: two\(\)$} => 'and says what the first calls',
	qr{^ +${table}2.cpp uses of ${table}3.cpp: three\(\)$} => 'the second',
	qr{^ +${table}3.cpp uses of ${table}1.cpp: one\(\)$} => 'the third',
	qr{^a circle of calls: ${apply}a.cpp ${apply}b.cpp$} => 'a circle through variables',
	qr{^ +${apply}a.cpp uses of ${apply}b.cpp: b$} => 'and says what the first uses',
	qr{^ +${apply}b.cpp uses of ${apply}a.cpp: a$} => 'the second',
	qr{^${apply}c.cpp: has no object file} => 'a source without an object');

# --------------------------------------------------------------------------------------------------------------- types
plant("src/apply/state/planted_$_.hpp", <<'END') for 'one', 'two';
#pragma once
namespace planted {
struct Struct {
};
class Class {
};
enum class Enum : int {
};
union Union {
};
} // namespace planted
extern "C" {
struct planted_c {};
}
END
my @both = map { "src/apply/state/planted_$_.hpp" } 'one', 'two';
finds(
	'types',
	qr{^planted::Struct is defined more than once: $both[0]:3, $both[1]:3$} => 'a struct',
	qr{^planted::Class is defined more than once: $both[0]:5, $both[1]:5$} => 'a class',
	qr{^planted::Enum is defined more than once: $both[0]:7, $both[1]:7$} => 'an enum',
	qr{^planted::Union is defined more than once: $both[0]:9, $both[1]:9$} => 'a union',
	qr{^planted_c is defined more than once: } => 'a type of extern "C"'
);
plant($both[0],
	"namespace planted::inner { struct Base {}; template <typename T> class Twice final : public Base { T t; }; }\n");
plant($both[1], "namespace planted {\nnamespace inner {\nenum class Twice : int\n{\n    planted\n};\n}\n}\n");
finds('types',
	qr{^planted::inner::Twice is defined more than once: $both[0]:1, $both[1]:4$} => 'one in nested namespaces');
plant($both[0],
	"namespace planted { struct One; struct Outer { struct Inner { int i; }; }; struct Other { struct Inner {}; }; }\n"
);
plant($both[1], "namespace planted { struct One { int i = {1}; }; struct Two { struct One one() { return {}; } }; }\n");
plant('src/apply/state/planted_three.hpp',
	qq(// struct One {\n/* namespace planted { struct One {\n */ const char *s = "namespace planted { struct One {";\n)
);
plant('src/apply/state/planted_four.hpp', "namespace other { struct One {}; }\n");
plant("src/apply/state/planted_$_.cpp",
	"namespace planted { namespace { struct Twice {}; } void f_$_() { struct Local {}; } struct T$_ {}; }\n")
  for 'five', 'six';
accepts('types',
	'declarations, comments, strings, other namespaces, and types in types, functions and anonymous namespaces');

# -------------------------------------------------------------------------------------------------------- single lines
plant('src/apply/state/planted.cpp', "\n#if PG_VERSION_NUM >= 170000\n#endif\n");
plant('include/pg_follower/compat_planted.hpp', "#if PG_VERSION_NUM >= 170000\n#endif\n");
plant('src/apply/state/planted_comment.cpp', "// PG_VERSION_NUM\n");
finds('versions', qr{^src/apply/state/planted.cpp:2: PG_VERSION_NUM outside compat.hpp$} => 'PG_VERSION_NUM');

my @places =
  qw(src/apply/state/planted.cpp include/pg_follower/planted.hpp sql/planted.sql test/t/planted.pl test/tools/planted);
plant($_, "\n" . 'x' x 121 . "\n\t" . 'x' x 117 . "\n\t" . "\x{2192}" x 116 . "\n") for @places;
plant('test/corpus/breakers/planted.sql', 'x' x 200 . "\n");
finds(
	'columns',
	map {
		qr{^$_:2: 121 columns$} => "a long line in $_", qr{^$_:3: 121 columns$} => "a line in $_ that a tab makes long"
	} @places
);

SKIP:
{
	symlink "$sources/.clang-format", "$tree/.clang-format" or die "could not link .clang-format: $!";
	plant('src/apply/state/planted.cpp', "int  planted ();\n");
	plant('src/apply/state/planted_well.cpp', "int planted();\n");
	if (system("'$^X' '$program' format '$tree' >/dev/null") >> 8 == 77)
	{
		remove_tree($tree, { keep_root => 1 });
		skip 'clang-format 14 is not installed', 3;
	}
	finds('format',
		qr{^src/apply/state/planted.cpp:1: differs from what clang-format\S* makes of it$} => 'another layout');
}

# ------------------------------------------------------------------------------------------------------------- headers
plant('src/apply/state/planted.hpp', "// A comment.\n\nint planted();\n");
plant('src/apply/state/planted.cpp', '');
plant('src/apply/state/planted_alone.hpp', "// A comment.\n#pragma once\n");
plant('include/pg_follower/planted_alone.hpp', "#pragma once\n");
plant('include/pg_follower/planted_common.hpp', "#pragma once\n");
plant('src/common/planted_common.cpp', '');
finds(
	'headers',
	qr{^src/apply/state/planted.hpp: has no guard} => 'a header without a guard',
	qr{^src/apply/state/planted_alone.hpp: has no source file src/\S*/planted_alone.cpp$} => 'one without source',
	qr{^include/pg_follower/planted_alone.hpp: has no source file src/common/planted_alone.cpp$} =>
	  'one of all parts without one'
);

# ----------------------------------------------------------------------------------------------------- the real sources
# Links to their files: a planted file is a new one.
sub copy_sources
{
	my @copied = map { "$sources/$_" } qw(src include sql .clang-format);
	system('cp', '-as', @copied, $tree) == 0 or die 'could not copy the sources';
	return;
}
copy_sources();
my ($header) = sort map { basename($_) } glob 'src/apply/state/*.hpp';
plant('src/decode/planted.cpp', qq(#include "apply/state/$header"\n));
finds('layers', qr{^src/decode/planted.cpp:1: includes src/apply/state/$header: } => 'a fault among the real sources');
copy_sources();
plant('src/apply/state/planted.cpp', "#if PG_VERSION_NUM\n#endif\n");
finds('versions', qr{^src/apply/state/planted.cpp:1} => 'a fault among the real sources');
copy_sources();
plant('src/apply/state/planted.cpp', '// ' . 'x' x 120 . "\n");
finds('columns', qr{^src/apply/state/planted.cpp:1} => 'a fault among the real sources');
copy_sources();
plant('src/apply/state/planted.hpp', "#pragma once\nnamespace pg_follower {\nclass SqlWriter {\n};\n}\n");
finds('types',
	qr{^pg_follower::SqlWriter is defined more than once: .*, src/apply/state/planted.hpp:3$} =>
	  'a fault among the real sources');
copy_sources();
plant_source('src/common/planted.cpp', <<'END');
extern "C" void _PG_init();
void planted() { _PG_init(); }
END
finds('calls',
	qr{^src/common/planted.cpp: uses of src/pg_follower.cpp: _PG_init: only the top may use it$} =>
	  'a fault among the real sources');

done_testing();
