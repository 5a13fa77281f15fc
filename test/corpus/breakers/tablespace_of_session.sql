-- A table made in a tablespace that the session chose.
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE breaker_space LOCATION '';
SET default_tablespace = breaker_space;
CREATE TABLE t (i int PRIMARY KEY);
CREATE INDEX ON t (i);
SET default_tablespace = '';
CREATE TABLE u (i int) TABLESPACE breaker_space;
ALTER TABLE u SET TABLESPACE pg_default;
INSERT INTO t VALUES (1);
