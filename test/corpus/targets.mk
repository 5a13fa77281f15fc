# Runners that say how far following reaches; test/corpus/README.md describes their settings.

# PostgreSQL's own regression suite, followed. FILES="name ..." STEPS=n SUITE=regress|test_ddl_deparse JOBS=n DEFAULTS=1
corpus:
	@SUITE='$(SUITE)' FILES='$(FILES)' STEPS='$(STEPS)' DEFAULTS='$(DEFAULTS)' test/corpus/run corpus.pl

# Random DDL histories. SEED=n STEPS=n SEEDS=n
fuzz:
	@SEED='$(SEED)' STEPS='$(STEPS)' SEEDS='$(SEEDS)' test/corpus/run fuzz.pl
