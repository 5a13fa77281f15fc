-- Index options of constraints: fillfactor, INCLUDE, deferrable, exclusion.
CREATE TABLE t (name text, v int, r int4range,
	UNIQUE (name) WITH (fillfactor = 65),
	CONSTRAINT p PRIMARY KEY (v) INCLUDE (name) WITH (fillfactor = 80) DEFERRABLE INITIALLY DEFERRED,
	EXCLUDE USING gist (r WITH &&) WHERE (v > 3));
CREATE UNIQUE INDEX later ON t (v, name);
ALTER TABLE t ADD CONSTRAINT by_index UNIQUE USING INDEX later DEFERRABLE;
INSERT INTO t VALUES ('a', 1, '[1,2)');
