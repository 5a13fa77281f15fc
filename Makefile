# pg_follower is built with PGXS: make, make install, make installcheck; PG_CONFIG chooses the server.
# The targets that prepare a machine and run scratch servers (check, demo, bench, ...) are in test/targets.mk.

PG_CONFIG ?= pg_config
.DEFAULT_GOAL = all

include $(dir $(lastword $(MAKEFILE_LIST)))test/targets.mk

# Those targets install what is missing, PGXS included, so they cannot need it to be read.
ifneq ($(filter $(SCRATCH_TARGETS),$(MAKECMDGOALS)),)

ifneq ($(filter-out $(SCRATCH_TARGETS),$(MAKECMDGOALS)),)
$(filter-out $(SCRATCH_TARGETS),$(MAKECMDGOALS)):
	$(MAKE) $@
endif

else

EXTENSION = pg_follower
DATA = $(wildcard sql/pg_follower--*.sql)
MODULE_big = pg_follower
OBJS = $(patsubst %.cpp,%.o,$(sort $(wildcard src/*.cpp src/*/*.cpp src/*/*/*.cpp)))

# The results lie beside the expected outputs' folder because version 15 looks for that folder there.
REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=. --load-extension=pg_follower
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = $(REGRESS_OPTS)

EXTRA_CLEAN = $(OBJS:.o=.d) test/output results regression.diffs regression.out

# C++ in a backend: no exceptions, no RTTI, no guarded statics, so no libstdc++ symbol and the plain PGXS link works.
# -Wno-unknown-warning-option: clang++ is given g++ flags when the server was built with gcc.
# -isystem: the server's own headers are not held to our warnings.
PG_CXXFLAGS = -std=c++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-strict-aliasing -fwrapv \
	-Wno-unknown-warning-option -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers -MMD -MP
PG_CPPFLAGS = -I$(srcdir)/include -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server) \
	-I$(libpq_srcdir) \
	-DPGF_VERSION='"$(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(srcdir)/pg_follower.control)"'

# Points at which a test has a process fail (include/pg_follower/failpoints.hpp).
ifeq ($(FAILPOINTS),1)
PG_CPPFLAGS += -DPGF_FAILPOINTS
endif

# The view follow_status asks upstreams for their positions (src/apply/upstream/upstream_position.cpp).
SHLIB_LINK = $(libpq)

PGXS := $(shell $(PG_CONFIG) --pgxs)
# Bitcode would serve only the inlining of SQL functions, and its rule ignores PG_CXXFLAGS.
override with_llvm = no
srcdir ?= .
include $(PGXS)

# Header dependencies, which PGXS does not track.
-include $(OBJS:.o=.d)

endif
