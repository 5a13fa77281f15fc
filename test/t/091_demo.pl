# make demo and make demo-stop: whatever happens to a demo, the next one can be made, and nothing is left behind.
use strict;
use warnings;

use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

# A demo of this test's own, beside one that the user may have.
my $demo = tempdir(CLEANUP => 1) . '/demo';
$ENV{DEMO} = $demo;
delete $ENV{SCRATCH};

sub run_script
{
	my ($script, %environment) = @_;
	local @ENV{ keys %environment } = values %environment;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'bash', "test/demo/$script" ], '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out . $err);
}

my ($status, $said) = run_script('start', PG_CONFIG => '/nowhere/pg_config');
isnt($status, 0, 'a demo for which something is missing fails');
like($said, qr/PG_CONFIG is "\/nowhere\/pg_config"/, 'and says what');
ok(!-e $demo, 'and leaves nothing behind');

mkdir $demo;
($status, $said) = run_script('stop');
is($status, 0, "demo-stop removes a demo that came to nothing: $said");
ok(!-e $demo, 'it is gone');

# A machine that crashed leaves the file of a server that does not run; its process id may be anybody's by now.
make_path("$demo/upstream");
append_to_file("$demo/upstream/postmaster.pid", "$$\n$demo/upstream\n");
($status, $said) = run_script('stop');
is($status, 0, "demo-stop removes a demo that a crash has ended: $said");
ok(!-e $demo, 'it is gone, too');
ok(kill(0, $$), 'and no other process was ended');

# Interrupted while it builds, as the terminal does it: every process of the group gets the signal. What a demo before
# it has left is removed first.
make_path("$demo/upstream");
append_to_file("$demo.log", '');
my $pid = fork() // die "could not fork: $!";
if (!$pid)
{
	setpgrp(0, 0);
	open(STDIN, '<', '/dev/null');
	open(STDOUT, '>', "$demo.log");
	open(STDERR, '>&', \*STDOUT);
	exec('bash', 'test/demo/start') or die "could not run the demo: $!";
}
END { local $?; kill 'INT', -$pid if $pid; }
my $end = time + $PostgreSQL::Test::Utils::timeout_default;
while (time < $end && slurp_file("$demo.log") !~ /building: \d+ of \d+ source files so far/)
{
	select(undef, undef, undef, 0.2);
}
my $log = slurp_file("$demo.log");
like($log, qr/building: \d+ of \d+ source files so far/, 'a build says how far it is');
($status, $said) = run_script('stop');
isnt($status, 0, 'demo-stop leaves a demo that is being made alone');
like($said, qr/A demo is being made/, 'and says so');
kill 'INT', -$pid;
waitpid($pid, 0);
$pid = 0;
isnt($?, 0, 'a demo that is interrupted fails');
like(slurp_file("$demo.log"), qr/The demo was interrupted/, 'and says so');
ok(!-e $demo, 'and leaves nothing behind');
($status, $said) = run_script('stop');
is("$status $said", "0 No demo is running.\n", 'so there is nothing to stop');

# The upstream grows while the demo looks at both.
my $script = <<'SH';
value=0
on() { echo "$1 $value $value $value 0" >>"$COUNTED"; tail -n 1 "$COUNTED"; }
. test/demo/counts.sh
show_counts
awk '{ print $1 }' "$COUNTED"
SH
my $shown = '';
{
	local $ENV{COUNTED} = "$demo.counted";
	IPC::Run::run([ 'bash', '-euo', 'pipefail', '-c', $script ], '>', \$shown);
}
like($shown, qr/\Aupstream .*\ndownstream .*\ndownstream\nupstream\n\z/, 'the downstream counts before the upstream');
done_testing();
