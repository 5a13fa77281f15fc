# Finds the places in a psql script at which it can be stopped.
#
# A boundary is a line end at which psql is at rest: no statement begun, no quote or comment open, no COPY data
# expected, no \if open.  Whether a transaction block is open is not read from the text (a failed BEGIN would deceive
# it) but asked of the server when the boundary is reached.  Where the text is ambiguous, as COPY FROM STDIN is (after
# an error no data follows), the splitter looks at the next line: what cannot be told from a statement is one.
package Corpus::Splitter;

use strict;
use warnings;

# Takes a script; returns a list of pieces whose concatenation is the script, each of which ends at a boundary (the last
# one ends at the end).
sub split_script
{
	my ($script) = @_;
	my @pieces;
	my $start = 0;          # where the current piece began
	my $statement = '';     # the statement begun, without comments
	my $had_statement = 0;  # the current piece holds more than comments
	my ($parens, $begins, $ifs, $standard) = (0, 0, 0, 1);
	pos($script) = 0;
	while (pos($script) < length $script)
	{
		if ($script =~ /\G--[^\n]*/gc) { next; }
		if ($script =~ m{\G/\*}gc)
		{
			my $depth = 1;
			while ($depth && $script =~ m{\G.*?(/\*|\*/)}gcs) { $depth += $1 eq '/*' ? 1 : -1; }
			last if $depth;
			next;
		}
		if ($script =~ /\G\n/gc)
		{
			$statement .= "\n" if $statement =~ /\S/;
			if ($had_statement && $statement !~ /\S/ && !$ifs)
			{
				push @pieces, substr($script, $start, pos($script) - $start);
				($start, $had_statement) = (pos $script, 0);
			}
			next;
		}
		if ($script =~ /\G\\([a-z]+|!|\?|;|\S)([^\n]*)/gc)
		{
			my ($command, $rest) = ($1, $2);
			if ($command eq ';')
			{
				$statement .= ' ; ';
				pos($script) -= length $rest;
				next;
			}
			if    ($command eq 'if')    { $ifs++; }
			elsif ($command eq 'endif') { $ifs--; }
			# Commands that send the statement that stands before them.
			$statement = '' if $command =~ /^(?:g|gx|gset|gexec|gdesc|crosstabview|watch|bind|r|reset)$/;
			$had_statement = 1;
			_skip_data(\$script) if $command eq 'copy' && $rest =~ /\bfrom\s+p?stdin\b/i;
			next;
		}
		if ($script =~ /\G([eE]?)'/gc)
		{
			my $backslashes = $1 ne '' || !$standard;
			my $from = pos $script;
			my $closed = $backslashes ? $script =~ /\G(?:[^'\\]|\\.|'')*'/gcs : $script =~ /\G(?:[^']|'')*'/gcs;
			last if !$closed;
			# Kept, for SET standard_conforming_strings = 'off'.
			$statement .= "'" . substr($script, $from, pos($script) - $from);
			next;
		}
		if ($script =~ /\G"(?:[^"]|"")*"/gc) { $statement .= '"x"'; next; }
		if ($script =~ /\G(\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$)/gc)
		{
			my $end = index($script, $1, pos $script);
			last if $end < 0;
			pos($script) = $end + length $1;
			$statement .= '$$';
			next;
		}
		if ($script =~ /\G([A-Za-z_\x80-\xff][A-Za-z0-9_\$\x80-\xff]*)/gc)
		{
			my $word = lc $1;
			$statement .= $word;
			# The body of an SQL-standard function holds semicolons.
			if ($parens == 0 && $statement =~ /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/)
			{
				if    ($word eq 'begin') { $begins++; }
				elsif ($word eq 'case')  { $begins++ if $begins; }
				elsif ($word eq 'end')   { $begins-- if $begins; }
			}
			next;
		}
		if ($script =~ /\G;/gc)
		{
			if ($parens > 0 || $begins > 0) { $statement .= ';'; next; }
			$standard = $1 =~ /^(?:on|true|yes|1|default)$/i
			  if $statement =~ /\bset\s+(?:local\s+|session\s+)?standard_conforming_strings\s*(?:=|to\s)\s*'?(\w+)'?/;
			$standard = 1 if $statement =~ /\breset\s+standard_conforming_strings\b/;
			$had_statement = 1;
			# One statement string may hold several COPYs, joined by \;, each with its data.
			_skip_data(\$script) while $statement =~ /\bcopy\b[^;]*\bfrom\s+stdin\b/g;
			$statement = '';
			next;
		}
		if ($script =~ /\G\(/gc) { $parens++; $statement .= '('; next; }
		if ($script =~ /\G\)/gc) { $parens-- if $parens; $statement .= ')'; next; }
		$script =~ /\G(.)/gcs;
		$statement .= $1;
	}
	push @pieces, substr($script, $start) if $start < length $script;
	return @pieces;
}

# Moves past inline COPY data, to the line after the \. that ends it.  Where there is no data, because the suite knows
# that the COPY fails, a \. is put in: since August 2026 psql leaves out what follows a COPY that failed, up to a \.; to
# an older psql it is an invalid command and nothing more.
sub _skip_data
{
	my ($script) = @_;
	my $from = pos $$script;
	my ($next) = substr($$script, $from, 2000) =~ /\A[^\n]*\n([^\n]*)/;
	return if !defined $next;
	if ($next =~
		/^\s*$|^\s*--|;\s*$|^\\[a-z]
			|^\s*(?:alter|begin|copy|create|delete|drop|insert|reset|rollback|select|set|truncate|update)\b/ix
	  )
	{
		# psql is not at rest before that line has been read.
		my $line_end = index($$script, "\n", $from);
		substr($$script, $line_end + 1, 0, "\\.\n");
		pos($$script) = $line_end + 3;
		return;
	}
	pos($$script) = $from if $$script !~ /\G.*?^\\\.[^\n]*(?=\n|\z)/gcsm;
	return;
}

1;
