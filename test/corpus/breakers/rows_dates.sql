-- Infinity dates, years BC, time zones, intervals.
CREATE TABLE t (d date, ts timestamp, tz timestamptz, ti time, tt timetz, i interval);
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'iso_8601';
SET TimeZone = 'America/St_Johns';
INSERT INTO t VALUES ('infinity', '-infinity', 'infinity', '24:00', '23:59:60+05:30', '-1 year 2 mons -3 days 04:05:06.789'),
	('15/03/0044 BC', '01/01/4713 BC', '01/01/4713 BC 12:00', '00:00:00.000001', '00:00-15:59', '178000000 years'), (NULL, '29/02/2000 23:59:59.999999', '02/02/0001', NULL, NULL, '-178000000 years');
UPDATE t SET d = '31/12/5874897' WHERE d = 'infinity';
DELETE FROM t WHERE d < '01/01/0001';
