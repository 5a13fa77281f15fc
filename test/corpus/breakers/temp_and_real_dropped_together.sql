-- One DROP of a temporary and a permanent table: only the permanent one is dropped downstream.
CREATE TABLE real_t (i int);
CREATE TABLE other_t (i int);
CREATE TEMP TABLE temp_t (i int);
DROP TABLE temp_t, real_t;
CREATE TEMP TABLE temp_u (i int);
DROP TABLE other_t, temp_u;
