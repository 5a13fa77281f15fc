-- Functions that pass for immutable, and yet write text as the session's settings say, in commands that rewrite tables.
CREATE TABLE t (f float8, n name); INSERT INTO t VALUES (0.1::float8 + 0.2::float8, 'plain');
SET extra_float_digits = 0;
ALTER TABLE t ALTER f TYPE text;
RESET extra_float_digits;
CREATE TABLE q (n text); INSERT INTO q VALUES ('plain');
SET quote_all_identifiers = on;
ALTER TABLE q ALTER n TYPE text USING quote_ident(n), ADD i int;
RESET quote_all_identifiers;
CREATE TABLE x (b bytea); INSERT INTO x VALUES ('\xdeadbeef');
SET xmlbinary = hex;
ALTER TABLE x ALTER b TYPE text USING xmlelement(name e, b)::text;
