-- Literals read under the session's DateStyle, IntervalStyle and TimeZone.
SET DateStyle = 'DMY';
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'sql_standard';
CREATE TABLE t (d date DEFAULT '01/02/2024', ts timestamptz DEFAULT '03/04/2024 05:06', i interval DEFAULT '1 2:3:4', CHECK (d > '05/06/2000'));
INSERT INTO t DEFAULT VALUES;
CREATE VIEW v AS SELECT * FROM t WHERE d < '09/10/2030' AND ts > '01/12/1999 00:00';
ALTER TABLE t ADD e date DEFAULT '07/08/2024';
SET DateStyle = 'MDY';
INSERT INTO t DEFAULT VALUES;
