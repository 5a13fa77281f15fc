-- Keyless tables get REPLICA IDENTITY FULL; the key, once they have one.
-- Of the tables that other tests left.
SELECT follower.set_replica_identities() >= 0;
CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE before (a integer);
CREATE TABLE before_with_key (a integer PRIMARY KEY);
SELECT 1 FROM pg_create_logical_replication_slot('deparse_replica_identity', 'pg_follower');
SELECT follower.set_replica_identities();
SELECT follower.set_replica_identities();

CREATE TABLE keyless (a integer);
ALTER TABLE keyless ADD PRIMARY KEY (a);
ALTER TABLE keyless DROP CONSTRAINT keyless_pkey;
CREATE TABLE with_key (a integer PRIMARY KEY, b integer);
ALTER TABLE with_key DROP COLUMN a;
CREATE TABLE deferrable_key (a integer PRIMARY KEY DEFERRABLE);
CREATE TABLE by_index (a integer NOT NULL UNIQUE);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_a_key;
ALTER TABLE by_index DROP CONSTRAINT by_index_a_key;
CREATE TABLE partitioned (a integer) PARTITION BY LIST (a);
CREATE TABLE partition PARTITION OF partitioned DEFAULT;
ALTER TABLE partitioned ADD PRIMARY KEY (a);
ALTER TABLE partitioned DROP CONSTRAINT partitioned_pkey;
-- What the user chose stays.
CREATE TABLE chosen (a integer);
ALTER TABLE chosen REPLICA IDENTITY FULL;
ALTER TABLE chosen ADD PRIMARY KEY (a);
ALTER TABLE chosen REPLICA IDENTITY NOTHING;
ALTER TABLE chosen REPLICA IDENTITY DEFAULT;
-- Not of these kinds.
CREATE TEMPORARY TABLE temporary (a integer);
CREATE UNLOGGED TABLE unlogged (a integer);
ALTER TABLE unlogged SET LOGGED;

SELECT data FROM pg_logical_slot_get_changes('deparse_replica_identity', NULL, NULL) WHERE data ~ 'REPLICA IDENTITY';
SELECT relname, relreplident FROM pg_class
WHERE relnamespace = 's'::regnamespace AND relkind = 'r' AND relpersistence = 'p' ORDER BY relname COLLATE "C";
CREATE ROLE regress_follower_nobody;
GRANT USAGE ON SCHEMA follower TO regress_follower_nobody;
GRANT EXECUTE ON FUNCTION follower.set_replica_identities() TO regress_follower_nobody;
SET ROLE regress_follower_nobody;
SELECT follower.set_replica_identities();
RESET ROLE;
REVOKE ALL ON SCHEMA follower FROM regress_follower_nobody;
REVOKE ALL ON FUNCTION follower.set_replica_identities() FROM regress_follower_nobody;
DROP ROLE regress_follower_nobody;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA s CASCADE;
SELECT pg_drop_replication_slot('deparse_replica_identity');
