-- SET STATISTICS, back to default, per attribute options, on indexes by column number.
CREATE TABLE t (i int, v text, w text);
ALTER TABLE t ALTER i SET STATISTICS 77, ALTER v SET STATISTICS 5, ALTER v SET (n_distinct = 5), ALTER w SET STORAGE EXTERNAL;
ALTER TABLE t ALTER i SET STATISTICS -1;
ALTER TABLE t ALTER v RESET (n_distinct), ALTER v SET (n_distinct_inherited = -0.5), ALTER w SET STORAGE MAIN, ALTER v SET COMPRESSION pglz;
CREATE INDEX t_e ON t ((i + 1), v);
ALTER INDEX t_e ALTER COLUMN 1 SET STATISTICS 400;
CREATE STATISTICS st (ndistinct, mcv) ON i, v FROM t;
ALTER STATISTICS st SET STATISTICS 33;
