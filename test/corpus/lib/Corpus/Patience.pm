# Time limits for a machine as slow as PG_TEST_TIMEOUT_DEFAULT says.
#
# The limits in these runners are meant for PostgreSQL's own default of that variable, 180 seconds. A higher value makes
# all of them longer by the same factor; a lower one leaves them as they are.
package Corpus::Patience;

use strict;
use warnings;
use Exporter 'import';
use Time::HiRes 'time';

our @EXPORT = qw(patient deadline);

my $factor = ($ENV{PG_TEST_TIMEOUT_DEFAULT} || 180) / 180;
$factor = 1 if $factor < 1;

# As many seconds as this machine needs for what others do in the given number.
sub patient { my ($seconds) = @_; return $seconds * $factor; }

# The time at which that many seconds will be over.
sub deadline { my ($seconds) = @_; return time + patient($seconds); }

1;
