# What reaches a worker or the output plugin may be anything: what cannot be read is refused with an error that says so,
# memory stays bounded, and no process crashes. Where all that was spoiled was refused, both sides are the same when the
# connection is good again. What is read apart from the server is in test/bytes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PgFollower;
use PostgreSQL::Test::Utils;
use Proxy;
use Test::More;
use Time::HiRes qw(usleep);

my $seed = $ENV{PGF_SEED} // int(rand(1_000_000));
srand($seed);
diag("PGF_SEED=$seed");

my $config = "restart_after_crash = on\npg_follower.sequence_interval = -1\nlog_min_messages = info\n";
my ($upstream, $downstream) = pgf_pair(preload => 1, config => $config);
my $proxy = Proxy->new($upstream);

my $schema = <<'END';
CREATE TABLE keyed (id int PRIMARY KEY, t text, a int[], n numeric, d timestamptz, j jsonb);
CREATE TABLE keyless (i int, t text);
END

sub follow
{
	$downstream->safe_psql('postgres', q{SELECT start_follow('} . $proxy->conninfo('postgres') . q{')});
	wait_until($downstream, "SELECT copy_phase = 'done' FROM follower.follow");
	wait_for_follow($downstream);
	return;
}

my $number = 0;

# Some transactions, each of one message.
sub work
{
	for (1 .. 4)
	{
		my $from = ++$number * 10;
		$upstream->safe_psql('postgres', qq{
			BEGIN;
			INSERT INTO keyed SELECT g, 'text ' || g, ARRAY[g], g / 3.0, now(), '{"a": 1}'
				FROM generate_series($from, $from + 5) AS g;
			INSERT INTO keyless VALUES ($number, 'once');
			COMMIT;
			UPDATE keyed SET t = 'changed' WHERE id BETWEEN $from - 5 AND $from + 2;
			UPDATE keyless SET t = 'twice' WHERE i = $number - 1;
			DELETE FROM keyed WHERE id = $from;
			CREATE TABLE made_$number (a int DEFAULT 1); COMMENT ON TABLE made_$number IS 'a comment';
		});
	}
	return;
}

# The worker's most memory so far, in kB.
sub peak_memory
{
	my $pid = worker_pid($downstream);
	return 0 if $pid eq '' || !open(my $file, '<', "/proc/$pid/status");
	return join('', <$file>) =~ /^VmHWM:\s+(\d+)/m ? $1 : 0;
}

my $crashed = qr/terminated by signal|TRAP:|PANIC:|invalid memory alloc|stack depth/;
my $most = 0;
my %errors;

# Has the worker meet spoiled messages until `wanted` of them were sent.
sub meet
{
	my ($kind, $wanted) = @_;
	my $before = $proxy->tell('spoil ' . $kind . ' ' . int(rand(1_000_000)));
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while ($proxy->spoiled - $before < $wanted)
	{
		die "nothing was spoiled: $kind" if time > $end;
		work();
		usleep(100_000);
		my $memory = peak_memory();
		$most = $memory if $memory > $most;
		my $error = $downstream->safe_psql('postgres', 'SELECT last_error FROM follow_status');
		$errors{$kind}{ $error =~ s/[\d"].*//sr }++ if $error ne '';
		$downstream->psql('postgres', 'SELECT resume_follow()');
	}
	$proxy->tell('flow');
	$proxy->tell('cut');
	return $proxy->spoiled - $before;
}

$upstream->safe_psql('postgres', $schema);
follow();
work();
wait_for_follow($downstream);
my $ordinary = peak_memory();

# What goes through the whole, until the follow has it all, or it has failed for good.
sub catch_up
{
	for (1 .. 100)
	{
		my ($status, $out, $err) = $downstream->psql('postgres', "SELECT wait_for_follow('60 s')");
		return if $status == 0 && $out eq 't';
		$downstream->psql('postgres', 'SELECT resume_follow()');
		usleep(100_000);
	}
	die "the follow does not go on\n" . follow_status($downstream);
}

for my $kind (qw(version type short long count frame))
{
	my $count = meet($kind, 6);
	catch_up();
	is_same($upstream, $downstream, "$kind: $count messages");
	note("$kind: " . join('; ', map { "$_ ($errors{$kind}{$_})" } sort keys %{ $errors{$kind} }));
}
my $about_stream = qr/^(?:malformed message|unrecognized record|upstream sends stream format|record )/;
for my $kind (qw(version type long count))
{
	is(join('; ', grep { !/$about_stream/ } sort keys %{ $errors{$kind} }), '', "$kind: the errors say what is wrong");
	ok(%{ $errors{$kind} }, "$kind: there were errors");
}

# Any bits: what is applied may be wrong, and commands may be others than the upstream's, but nothing breaks.
my $count = meet('bits', 40);
note("bits: $count messages: " . join('; ', map { "$_ ($errors{bits}{$_})" } sort keys %{ $errors{bits} }));
ok($most < $ordinary + 100_000, 'memory is bounded') or diag("the worker had $most kB, $ordinary kB before");
for my $node ($upstream, $downstream)
{
	my $log = slurp_file($node->logfile);
	unlike($log, $crashed, $node->name . ': nothing has crashed');
}
$downstream->safe_psql('postgres', 'SELECT drop_follow()');

# ------------------------------------------------------------------------------------------------- the plugin's options

$upstream->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('options', 'pg_follower')");
my @names = ('format', 'version', 'origin', 'downstream', 'downstream-version', 'confirmed', 'skip-extension-tables',
	'include-xids');
my @values = ('sql', 'statements', '5', '0', '99999999999999999999', '-1', 'none', 'any', '1.2,3.4/5', '1.2', ',', '.',
	'16/B374D848', 'FFFFFFFF/FFFFFFFF', '/', 'a.b, "c', '"', '', 'on', 'x' x 3000, '%s%n', "\\", '15', '1e3');
my @calls;
for (1 .. 400)
{
	my @options;
	for (0 .. int(rand(4)))
	{
		my $name = $names[ rand @names ];
		my $value = $values[ rand @values ];
		for my $text ($name, $value)
		{
			next if rand(4) > 1 || !length $text;
			substr($text, int(rand(length $text)), int(rand(3))) = chr(33 + int(rand(90))) x int(rand(4));
		}
		push @options, map { "'" . s/'/''/gr . "'" } $name, $value;
	}
	push @calls,
	  "SELECT count(*) FROM pg_logical_slot_peek_changes('options', NULL, 1, " . join(', ', @options) . ");\n";
}
my ($status, $out, $err) = $upstream->psql('postgres', join('', @calls), on_error_stop => 0);
my @answers = ($err =~ /ERROR:  (.*)/g);
is(@answers + (() = $out =~ /^\d+$/mg), 400, 'each call is answered');
my %classes = map { s/".*|\d.*//r => 1 } @answers;
my $about_options = join '|', 'invalid value for', 'unrecognized parameter', 'conflicting or redundant',
  'client asked for', 'parameter', 'logical decoding output plugin';
is(join('; ', grep { !/^(?:$about_options)/ } sort keys %classes), '', 'by errors that say what is wrong')
  or diag(join "\n", sort keys %classes);
unlike(slurp_file($upstream->logfile), $crashed, 'and no crash');

done_testing();
