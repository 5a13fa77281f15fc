-- DISCARD and the end of a session drop temporary objects that the downstream never had.
CREATE TEMP TABLE d1 (i serial PRIMARY KEY);
CREATE TEMP VIEW d2 AS SELECT * FROM d1;
DISCARD TEMP;
CREATE TEMP TABLE d3 (i int);
DISCARD ALL;
CREATE TEMP TABLE d4 (i serial);
\c
CREATE TABLE left_over (i int);
