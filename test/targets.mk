# Targets beyond PGXS's own: each prepares the machine as far as it needs and works on scratch servers only.
# PG_CONFIG chooses the server; SCRATCH=folder keeps the scratch folder, and its build, for the next run.

SCRATCH_TARGETS = check check-versions check-failpoints check-valgrind fuzz-bytes byte-inputs soak check-packages dist \
	demo demo-stop bench readme corpus fuzz

.PHONY: $(SCRATCH_TARGETS)

# PGXS has a target "check" of its own, so these are for when one of them is asked for.
ifneq ($(filter $(SCRATCH_TARGETS),$(MAKECMDGOALS)),)

# All tests. TESTS="name ..." runs some: names of files in test/sql, test/specs and test/t, wildcards allowed.
check:
	@set -f; test/tools/check --names $(TESTS) >/dev/null && test/tools/prepare --for-tests && \
		test/tools/with-server test/tools/check $(TESTS)

# The tests on each version of PostgreSQL, and with two of them. The script says what TESTS, ACROSS, VERSIONS, CACHE and
# PG_CONFIGS are.
check-versions:
	@VERSIONS='$(VERSIONS)' TESTS='$(TESTS)' ACROSS='$(ACROSS)' CACHE='$(CACHE)' PG_CONFIGS='$(PG_CONFIGS)' \
		test/tools/check-versions

# The source archive and Debian's packages, built, installed on a clean system, and used there. For root.
check-packages:
	@test/packages/check

# The committed sources as archives, in the folder DIST: for PGXN, which takes zip files, and for packagers.
DIST ?= test/output
dist:
	@mkdir -p "$(DIST)"; name=pg_follower-$$(sed -n 's/^   "version": "\(.*\)",/\1/p' META.json); \
	for format in zip tar.gz; do \
		git archive --format=$$format --prefix=$$name/ -o "$(DIST)/$$name.$$format" HEAD || exit 1; \
		echo "$(DIST)/$$name.$$format"; \
	done

# The test that fails at named points, in a library that has these; TESTS="name ..." runs others in it. DEBUG_DELAY=n
# has processes sleep up to n milliseconds at points that chance picks.
check-failpoints:
	@set -f; test/tools/check --names $(TESTS) >/dev/null && test/tools/prepare --for-tests && \
		FAILPOINTS=1 DEBUG_DELAY='$(DEBUG_DELAY)' \
		test/tools/with-server test/tools/check $(or $(TESTS),026_failpoints)

# Tests in which all server processes run under valgrind. It hides the names of processes, which 001_seed looks at.
check-valgrind:
	@PG_TEST_TIMEOUT_DEFAULT=3600 test/tools/with-server test/tools/under-valgrind \
		test/tools/check $(or $(TESTS),000_installation 040_apply)

# Bad bytes for what reads them, by libFuzzer, MINUTES=n for each of TARGETS="name ...".
fuzz-bytes:
	@MINUTES='$(or $(MINUTES),60)' test/tools/with-server \
		sh -c 'for target; do test/bytes/run $$target || exit; done' sh $(or $(TARGETS),stream ddl_message lexer)

# The inputs that these begin with, made anew by the library, after a change of a format.
byte-inputs:
	@test/tools/with-server test/bytes/make-inputs
	@mv test/output/bytes/inputs/* test/bytes/inputs/

# A storm of faults that lasts MINUTES=n; its summary goes to test/output/soak.txt. PGF_SEED=n repeats one.
soak:
	@rm -f test/output/soak.txt
	@SOAK_MINUTES='$(or $(MINUTES),60)' PG_TEST_TIMEOUT_DEFAULT=$$((600 + 30 * $(or $(MINUTES),60))) \
		test/tools/with-server test/tools/check 029_storm
	@cat test/output/soak.txt

# Two servers that follow, left running to play with.
demo:
	@test/demo/start

demo-stop:
	@test/demo/stop

# Timed runs; the figures go to test/output/bench_*.json. BENCH="name ..." runs some of test/bench/run's list, ROUNDS=n
# sets how often each is measured, SCALE=n how large the databases of "copy" are.
bench:
	@test/tools/prepare $(if $(BENCH),$(if $(filter copy,$(BENCH)),--for-copy),--for-copy) && \
		test/tools/with-server test/bench/run $(BENCH)

# The tables of README.md and docs/, printed anew from what the library says of itself.
readme:
	@test/tools/with-server test/tools/readme
	@mv test/output/README.md README.md
	@mv test/output/docs/*.md docs/

-include test/corpus/targets.mk

endif
