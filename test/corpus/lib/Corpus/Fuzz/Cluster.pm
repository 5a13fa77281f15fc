# Roles, privileges and the database itself.
package Corpus::Fuzz::Cluster;

use strict;
use warnings;

# A role to grant something to.
sub grantee { my ($f) = @_; return $f->one('fuzz_a', 'fuzz_b', 'PUBLIC', map { $_->{name} } $f->all('role')); }

# Privileges on an object of any kind.
my %privileges = (
	table => [ 'TABLE', qw(SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER ALL) ],
	partitioned => [ 'TABLE', qw(SELECT ALL) ],
	view => [ 'TABLE', qw(SELECT INSERT ALL) ],
	matview => [ 'TABLE', qw(SELECT) ],
	foreign => [ 'TABLE', qw(SELECT) ],
	sequence => [ 'SEQUENCE', qw(USAGE SELECT UPDATE ALL) ],
	function => [ 'FUNCTION', qw(EXECUTE ALL) ],
	procedure => [ 'PROCEDURE', qw(EXECUTE) ],
	aggregate => [ 'FUNCTION', qw(EXECUTE) ],
	enum => [ 'TYPE', qw(USAGE ALL) ],
	composite => [ 'TYPE', qw(USAGE) ],
	range => [ 'TYPE', qw(USAGE) ],
	domain => [ 'DOMAIN', qw(USAGE) ],
	schema => [ 'SCHEMA', 'USAGE', 'CREATE', 'USAGE, CREATE', 'ALL' ],
	fdw => [ 'FOREIGN DATA WRAPPER', qw(USAGE) ],
	server => [ 'FOREIGN SERVER', qw(USAGE ALL) ]
);

sub privilege
{
	my ($f) = @_;
	my @kinds = grep { $f->all($_) } sort keys %privileges;
	return if !@kinds;
	my $kind = $f->one(@kinds);
	my $o = $f->pick($kind);
	my ($word, @can) = @{ $privileges{$kind} };
	my $what = $f->one(@can);
	my $c = $o->{columns} && $f->column($o);
	$what = $f->one('SELECT', 'UPDATE', 'REFERENCES, INSERT') . " ($c->{name})"
	  if $c && $word eq 'TABLE' && !$f->below(4);
	my $to = grantee($f);
	return
		"REVOKE "
	  . $f->maybe(20, 'GRANT OPTION FOR ')
	  . "$what ON $word $o->{name} FROM $to"
	  . $f->maybe(60, ' CASCADE')
	  if !$f->below(3);
	return "GRANT $what ON $word $o->{name} TO $to" . ($to ne 'PUBLIC' ? $f->maybe(25, ' WITH GRANT OPTION') : '');
}

sub default_privileges
{
	my ($f) = @_;
	my $for = $f->maybe(30, ' FOR ROLE ' . ($f->{role} || $f->one('fuzz_a', 'fuzz_b')));
	my $in = $f->maybe(50, ' IN SCHEMA ' . $f->schema);
	my ($what, @can) = @{
		$f->one(
			[ 'TABLES', 'SELECT', 'ALL', 'INSERT, DELETE' ],
			[ 'FUNCTIONS', 'EXECUTE' ],
			[ 'SEQUENCES', 'USAGE' ],
			[ 'TYPES', 'USAGE' ],
			$in eq '' ? [ 'SCHEMAS', 'USAGE' ] : ()
		)
	};
	my $to = grantee($f);
	return "ALTER DEFAULT PRIVILEGES$for$in " . $f->one('GRANT', 'GRANT', 'REVOKE') =~
	  s/GRANT/GRANT @{[$f->one(@can)]} ON $what TO/r =~ s/REVOKE/REVOKE @{[$f->one(@can)]} ON $what FROM/r . " $to";
}

sub role_command
{
	my ($f) = @_;
	return if $f->{role};
	my @others = map { $_->{name} } grep { $_->{name} !~ /^"?fuzz_[ab]"?$/ } $f->all('role');
	return
		'CREATE '
	  . $f->one('ROLE', 'USER') . ' '
	  . $f->new_name('fuzz_r')
	  . $f->one(
		'',
		' NOLOGIN CREATEDB',
		' CONNECTION LIMIT 3',
		" VALID UNTIL '2030-01-01 UTC'",
		' IN ROLE fuzz_a',
		" PASSWORD 'it''s secret'",
		' BYPASSRLS NOINHERIT'
	  ) if !@others || !$f->below(3);
	my $r = $f->one(@others);
	return $f->one(
		"GRANT fuzz_a TO $r" . $f->maybe(30, ' WITH ADMIN OPTION'),
		"REVOKE fuzz_a FROM $r",
		"ALTER ROLE $r " . $f->one('CREATEDB', 'NOLOGIN', 'CONNECTION LIMIT 7', 'INHERIT', "PASSWORD NULL"),
		"ALTER ROLE $r "
		  . $f->maybe(40, 'IN DATABASE regression ')
		  . $f->one("SET work_mem = '3MB'", 'SET search_path = public, "$user"', 'RESET work_mem'),
		"ALTER ROLE $r RENAME TO " . $f->new_name('fuzz_r'),
		"COMMENT ON ROLE $r IS 'it''s a role'",
		"DROP OWNED BY $r",
		"REASSIGN OWNED BY $r TO fuzz_b",
		"DROP ROLE $r"
	);
}

sub database
{
	my ($f) = @_;
	return if $f->{role} || $f->{database} ne 'regression';
	return $f->one(
		"ALTER DATABASE regression SET " . $f->one("work_mem = '5MB'", 'statement_timeout = 100000'),
		'ALTER DATABASE regression RESET work_mem',
		"COMMENT ON DATABASE regression IS 'it''s'",
		'GRANT CREATE ON DATABASE regression TO fuzz_a',
		'REVOKE CREATE ON DATABASE regression FROM fuzz_a',
		'GRANT TEMPORARY ON DATABASE regression TO fuzz_b WITH GRANT OPTION'
	);
}

our @generators = (
	[ 9, \&privilege ],
	[ 3, \&default_privileges ],
	[ 3, \&role_command ],
	[ 1, \&database ],
	[
		1,
		sub {
			my $f = shift;
			my $all =
			  $f->one('ALL ON ALL TABLES', 'SELECT ON ALL TABLES', 'USAGE ON ALL SEQUENCES', 'EXECUTE ON ALL ROUTINES');
			my $schema = $f->schema;
			$f->one("GRANT $all IN SCHEMA $schema TO fuzz_b", "REVOKE $all IN SCHEMA $schema FROM fuzz_b");
		}
	],
	[
		1,
		sub {
			my $f = shift;
			return if $f->{role} || $f->below(4);
			$f->one(
				'REASSIGN OWNED BY fuzz_a TO fuzz_b',
				'REASSIGN OWNED BY fuzz_b TO CURRENT_ROLE',
				'DROP OWNED BY fuzz_b CASCADE'
			);
		}
	],
);

1;
