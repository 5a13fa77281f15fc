-- A DETACH PARTITION CONCURRENTLY that is cancelled in its second transaction: what is done before FINALIZE passes the partition by.
CREATE EXTENSION dblink;
CREATE TABLE p (a int PRIMARY KEY, b text) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30);
INSERT INTO p SELECT g, g FROM generate_series(0, 29) AS g;
SELECT format('host=%s port=%s dbname=%s', split_part(current_setting('unix_socket_directories'), ',', 1),
    current_setting('port'), current_database()) AS here \gset
SELECT dblink_connect('reader', :'here'), dblink_connect('open', :'here');
-- Nothing is compared while a transaction is open: a dump shows the partition as if it were attached.
SELECT dblink_exec('open', 'BEGIN');
SELECT dblink_exec('reader', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
SELECT * FROM dblink('reader', 'SELECT count(*) FROM p') AS t(n int);
SET statement_timeout = '300ms';
ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;
RESET statement_timeout;
SELECT dblink_exec('reader', 'ROLLBACK');
CREATE INDEX ON p (b);
ALTER TABLE p ADD c int DEFAULT 4, ALTER b SET NOT NULL, ADD CHECK (b <> 'free');
UPDATE p2 SET b = 'attached' WHERE a = 11;
UPDATE p1 SET b = 'free' WHERE a = 1;
INSERT INTO p1 VALUES (-1, 'not in the bounds');
ALTER TABLE p DETACH PARTITION p1 FINALIZE;
SELECT dblink_exec('open', 'ROLLBACK');
INSERT INTO p1 VALUES (1000, 'not in the bounds');
ALTER TABLE p1 ADD d text;
ALTER TABLE p DETACH PARTITION p3 CONCURRENTLY;
-- One that never ends goes with its table.
SELECT dblink_exec('open', 'BEGIN');
SELECT dblink_exec('reader', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
SELECT * FROM dblink('reader', 'SELECT count(*) FROM p') AS t(n int);
SET statement_timeout = '300ms';
ALTER TABLE p DETACH PARTITION p2 CONCURRENTLY;
RESET statement_timeout;
SELECT dblink_disconnect('reader');
DROP TABLE p;
SELECT dblink_disconnect('open');
CREATE TABLE p2 (a int);
INSERT INTO p2 VALUES (1);
