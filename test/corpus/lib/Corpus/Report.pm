# What a run of the corpus says: a line a file, a machine-readable file, the comparison with what passed before, and the
# score with a table of what is missing and why.
package Corpus::Report;

use strict;
use warnings;

# Fields of a result in the order in which results.tsv has them.
my @fields = qw(file end inside points compared seconds roles warnings differences);

# One result as one line of tab-separated fields; "ok" stands where nothing differs.
sub write_result
{
	my ($path, $file, $result, $log) = @_;
	my %row = (%$result, file => $file);
	$row{$_} //= 'ok' for qw(end inside);
	$row{roles} = join ' ', @{ $result->{roles} };
	$row{differences} = scalar @{ $result->{report} };
	$row{warnings} = warnings_in($log);
	$row{seconds} = sprintf '%.1f', $result->{seconds} // 0;
	open(my $out, '>:raw', $path) or die "could not write $path: $!";
	print $out join("\t", map { ($_ // '') =~ s/[\t\n]+/ /gr } @row{@fields}), "\n";
	close $out;
	if (@{ $result->{report} } && open(my $diff, '>:raw', $log =~ s/\.out$/.diff/r))
	{
		print $diff map { "$_\n" } @{ $result->{report} };
	}
	return;
}

sub read_result
{
	my ($path) = @_;
	open(my $in, '<:raw', $path) or die "could not read $path: $!";
	chomp(my $line = <$in> // '');
	my %row;
	@row{@fields} = split /\t/, $line, -1;
	return \%row;
}

# The extension's own warnings upstream: the commands that do not follow, each once.
sub warnings_in
{
	my ($log) = @_;
	open(my $in, '<:raw', $log) or return '';
	my %seen;
	while (<$in>) { $seen{$1}++ if /^(?:psql:\S+ )?WARNING:\s+(.*(?:not be followed|not follow).*)$/; }
	return join '; ', map { s/[\t;]/ /gr } (sort keys %seen)[0 .. (keys %seen > 12 ? 11 : keys(%seen) - 1)];
}

sub line
{
	my ($file, $result) = @_;
	my $verdict =
	  !defined $result->{inside} && !defined $result->{end} ? 'ok' : !defined $result->{end} ? 'end only' : 'FAILED';
	my $line = sprintf '%-8s %-24s %2d points %6.1f s', $verdict, $file, $result->{points}, $result->{seconds} // 0;
	$line .= "  made first: @{ $result->{roles} }" if @{ $result->{roles} };
	$line .= "\n         " . substr($result->{first}, 0, 400) if defined $result->{first};
	return $line;
}

# A reason without the names in it, so that the same cause is counted as one.
sub cause
{
	my ($reason) = @_;
	for ($reason)
	{
		s/^at point \d+: //;
		s/ \(running: .*//;
		s/"[^"]*"/"…"/g;
		s/'[^']*'/'…'/g;
		s/^(rows of|sequence) .*/$1 a table differ/;
		s/^dump: (missing downstream|only downstream): ([A-Z]+(?: [A-Z]+)*) .*/dump: $1: $2/;
		s/^dump: ([A-Z]+(?: [A-Z]+)*) [^:]*: .*/dump: $1 differs/;
		s/\d+/N/g;
	}
	return substr $reason, 0, 160;
}

# Writes results and score, prints the summary; returns 1 where a file that was known to pass does not.
sub finish
{
	my (%arg) = @_;
	my @results = @{ $arg{results} };
	my $tsv = "$arg{work}/results-$arg{suite}.tsv";
	open(my $out, '>:raw', $tsv) or die "could not write $tsv: $!";
	print $out join("\t", @fields), "\n", map { my $row = $_; join("\t", @$row{@fields}) . "\n" } @results;
	close $out;

	my @end    = grep { $_->{end} eq 'ok' } @results;
	my @inside = grep { $_->{end} eq 'ok' && $_->{inside} eq 'ok' } @results;
	my $score =
	  sprintf
	  "%s, %s: %d files; identical at the end %d, at every point %s; %d min %02d s",
	  $arg{version}, $arg{suite}, scalar @results, scalar @end, $arg{steps} ? scalar @inside : 'not asked',
	  int($arg{seconds} / 60), $arg{seconds} % 60;
	print "$score\nresults: $tsv\n";

	my $status = @results == @{ $arg{files} } ? 0 : 1;
	print "no result for: ", join(
		' ',
		grep {
			my $f = $_;
			!grep { $_->{file} eq $f } @results
		} @{ $arg{files} }
	  ),
	  "\n"
	  if $status;
	if ($arg{mode} eq 'follow')
	{
		$status |= compare_with_passing(\%arg, \@results);
		my $write = $arg{defaults} ? \&write_defaults_score : \&write_score;
		$write->(\%arg, $score, \@results) if $arg{complete};
	}
	return $status;
}

# What the names of a run's score and list say of it: the suite, but for the server's own, and the version, but for 15.
sub which
{
	my ($arg) = @_;
	my ($major) = $arg->{version} =~ /(\d+)/ or die "no version in \"$arg->{version}\"";
	return ($arg->{suite} eq 'regress' ? '' : "-$arg->{suite}") . ($major == 15 ? '' : "-$major");
}

# The list has a line a file: its name, and whether it is identical at every point or at the end only.
sub compare_with_passing
{
	my ($arg, $results) = @_;
	my $path = "$arg->{lists}/passing" . which($arg) . '.txt';
	my %known;
	if (open(my $in, '<', $path)) { /^([\w.]+)\s+(points|end)\b/ and $known{$1} = $2 while <$in>; }
	my (@lost, @new);
	my %now;
	for my $row (@$results)
	{
		my $file = $row->{file};
		my $level = $row->{end} ne 'ok' ? '' : $row->{inside} eq 'ok' ? 'points' : 'end';
		$now{$file} = $level if $level;
		my $expected = $known{$file} // '';
		next if $level eq '' && $arg->{not_by_default}{$file};
		push @lost, $file if $expected ne '' && ($level eq '' || $level eq 'end' && $expected eq 'points');
		push @new, $file
		  if $level ne '' && $expected eq '' || $level eq 'points' && $expected eq 'end' && $arg->{steps};
	}
	# A run without points proves nothing about points.
	if ($arg->{steps} && open(my $out, '>', "$arg->{work}/" . $path =~ s/.*\///r))
	{
		my %merged = (%known, map { $_->{file} => '' } @$results);
		$merged{$_} = $now{$_} for keys %now;
		print $out
		  "# Files that follow identically, at every point inside or at the end only.  Written by make corpus.\n",
		  map { "$_ $merged{$_}\n" } grep { $merged{$_} ne '' } sort keys %merged;
	}
	print "new: @new\n" if @new;
	print "NO LONGER PASSING: @lost\n" if @lost;
	return @lost ? 1 : 0;
}

# How the paragraph of the page begins that tells the score under the default settings (make corpus DEFAULTS=1).
my $under_defaults = 'Under the default settings of the extension: ';

# That paragraph of the page as it is kept with the sources; empty where there is none.
sub defaults_paragraph
{
	my ($arg) = @_;
	open(my $in, '<:raw', "$arg->{lists}/SCORE" . which($arg) . '.md') or return '';
	return join '', grep { /^\Q$under_defaults\E/ } <$in>;
}

# The page as it is kept with the sources, with the paragraph on the default settings new.
sub write_defaults_score
{
	my ($arg, $score, $results) = @_;
	my @missing = grep { $_->{end} ne 'ok' || $_->{inside} ne 'ok' } @$results;
	my @reasons = map { " $_->{file}: " . ($arg->{not_by_default}{ $_->{file} } // $_->{inside}) . '.' } @missing;
	my $paragraph = "$under_defaults$score." . join('', @reasons) . "\n";
	open(my $in, '<:raw', "$arg->{lists}/SCORE" . which($arg) . '.md') or die $!;
	my $page = join '', <$in>;
	$page =~ s/^\Q$under_defaults\E.*\n/$paragraph/m or $page =~ s/^(Compared at up to .*\n)/$paragraph\n$1/m;
	open(my $out, '>:raw', "$arg->{work}/SCORE" . which($arg) . '.md') or die $!;
	print $out $page;
	close $out;
	return;
}

# The page with the score and with what is missing, most frequent cause first.
sub write_score
{
	my ($arg, $score, $results) = @_;
	my (%files, %example);
	for my $row (grep { $_->{end} ne 'ok' || $_->{inside} ne 'ok' } @$results)
	{
		my $reason = $row->{inside} ne 'ok' ? $row->{inside} : $row->{end};
		my $cause = cause($reason);
		push @{ $files{$cause} }, $row->{file} . ($row->{end} eq 'ok' ? ' (end identical)' : '');
		$example{$cause} //= $reason;
	}
	open(my $out, '>:raw', "$arg->{work}/SCORE" . which($arg) . '.md') or die $!;
	print $out "# Score: $arg->{suite}\n\nWritten by `make corpus`; do not edit.\n\n$score.\n\n";
	if (my $paragraph = $arg->{suite} eq 'regress' ? defaults_paragraph($arg) : '') { print $out "$paragraph\n"; }
	print $out
	  "Compared at up to $arg->{steps} points inside each file and at its end: `pg_dump -s`, "
	  . "and the rows of every permanent table.\n\n";
	if (%files)
	{
		print $out "## What is missing\n\n| files | first difference | example | which |\n|---|---|---|---|\n";
		for my $cause (sort { @{ $files{$b} } <=> @{ $files{$a} } || $a cmp $b } keys %files)
		{
			print $out '| ',
			  join(' | ',
				map { s/\|/\\|/gr } scalar @{ $files{$cause} },
				$cause,
				substr($example{$cause}, 0, 300),
				join(', ', @{ $files{$cause} })),
			  " |\n";
		}
		print $out "\nWhy:\n\n";
		for my $file (sort map { s/ .*//r } map { @$_ } values %files)
		{
			print $out "- $file: ", $arg->{reasons}{$file} // 'not known yet (reasons.txt has the known ones)', "\n";
		}
		print $out "\n";
	}
	if (my %not_sent = tally_warnings($results))
	{
		print $out "## Commands that said upstream that they do not follow\n\n| files | warning |\n|---|---|\n";
		print $out "| $not_sent{$_} | ", s/\|/\\|/gr, " |\n"
		  for sort { $not_sent{$b} <=> $not_sent{$a} || $a cmp $b } keys %not_sent;
		print $out "\n";
	}
	if (%{ $arg->{excluded} })
	{
		print $out "## Excluded\n\n", map { "- $_: $arg->{excluded}{$_}\n" } sort keys %{ $arg->{excluded} };
	}
	close $out;
	return;
}

sub tally_warnings
{
	my ($results) = @_;
	my %count;
	for my $row (@$results)
	{
		my %seen = map { s/"[^"]*"/"…"/gr =~ s/ of .* (cannot be followed)/ of … $1/r => 1 } split /; /,
		  $row->{warnings} // '';
		$count{$_}++ for keys %seen;
	}
	return %count;
}

1;
