-- The rows with which pgbench's TPC-B-like script starts, for :scale branches.
INSERT INTO pgbench_branches SELECT b, 0 FROM generate_series(1, :scale) AS b;
INSERT INTO pgbench_tellers SELECT t, (t - 1) / 10 + 1, 0 FROM generate_series(1, 10 * :scale) AS t;
INSERT INTO pgbench_accounts SELECT a, (a - 1) / 100000 + 1, 0, '' FROM generate_series(1, 100000 * :scale) AS a;
