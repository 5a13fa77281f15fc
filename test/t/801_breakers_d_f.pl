# Statements that are known to break other systems (test/corpus/breakers): those files whose names begin with a letter
# of the range in this file's name. See test/perl/Breakers.pm.
use strict;
use warnings;

use Breakers;

run_breakers(__FILE__);
