-- NOT NULL constraints with names, NO INHERIT and NOT VALID, which tables have from version 18 on.
-- NOT NULL is a constraint, with a name.
CREATE TABLE named (a integer CONSTRAINT "A has" NOT NULL, b integer NOT NULL, c integer NOT NULL NO INHERIT,
    d integer CONSTRAINT d_only NOT NULL NO INHERIT, e integer, CONSTRAINT e_has NOT NULL e, f integer PRIMARY KEY);
-- A name that another table's constraint has already: the server chooses another one.
CREATE TABLE taken (x integer CONSTRAINT numbered_a_not_null CHECK (x > 0));
CREATE TABLE numbered (a integer NOT NULL);
-- A name that the server would choose for another column.
CREATE TABLE crossed (a integer CONSTRAINT crossed_b_not_null NOT NULL, b integer NOT NULL);
CREATE TABLE inheriting (x integer) INHERITS (named);
CREATE TABLE inheriting_more (CONSTRAINT own NOT NULL e, NOT NULL d) INHERITS (named);
CREATE TABLE merging (b integer, a integer NOT NULL, d integer) INHERITS (named);
CREATE TABLE alike (LIKE named);
CREATE TABLE parted (a integer NOT NULL, b integer, c integer CONSTRAINT c_has NOT NULL) PARTITION BY LIST (a);
CREATE TABLE part_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE part_2 PARTITION OF parted (b CONSTRAINT b_has NOT NULL, c NOT NULL, a DEFAULT 2) FOR VALUES IN (2);
CREATE TYPE composite AS (x integer, y integer);
CREATE TABLE typed OF composite (x CONSTRAINT x_has NOT NULL, y WITH OPTIONS NOT NULL);

CREATE TABLE t (a integer, b integer, c integer, d integer, e integer, f integer);
CREATE TABLE child () INHERITS (t);
ALTER TABLE t ALTER a SET NOT NULL, ADD CONSTRAINT b_has NOT NULL b, ADD NOT NULL c,
    ADD CONSTRAINT d_has NOT NULL d NOT VALID, ADD CONSTRAINT e_has NOT NULL e NO INHERIT;
ALTER TABLE t ADD NOT NULL a, ADD CONSTRAINT b_has NOT NULL b, ALTER c SET NOT NULL;
ALTER TABLE t ADD g integer CONSTRAINT g_has NOT NULL, ADD h integer DEFAULT 1 NOT NULL NO INHERIT, ADD i serial;
ALTER TABLE t ADD PRIMARY KEY (f);
ALTER TABLE t VALIDATE CONSTRAINT d_has;
ALTER TABLE t ALTER CONSTRAINT e_has INHERIT;
ALTER TABLE t ALTER CONSTRAINT t_c_not_null NO INHERIT;
ALTER TABLE t RENAME CONSTRAINT b_has TO b_is;
COMMENT ON CONSTRAINT b_is ON t IS 'a comment';
ALTER TABLE child ALTER a SET NOT NULL;
ALTER TABLE t DROP CONSTRAINT b_is;
ALTER TABLE t ALTER d DROP NOT NULL, DROP CONSTRAINT t_a_not_null;
ALTER TABLE ONLY t ALTER b SET NOT NULL;
ALTER TABLE t ALTER b DROP NOT NULL, ADD CONSTRAINT chosen NOT NULL b;
ALTER TABLE t ADD CONSTRAINT j_has NOT NULL j, ADD j integer;
ALTER TABLE t RENAME TO renamed;
ALTER TABLE renamed ALTER d SET NOT NULL;
DROP TABLE renamed CASCADE;

-- Domains have such constraints from version 17 on.
CREATE DOMAIN named_domain AS integer CONSTRAINT has_value NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN plain_domain AS integer;
ALTER DOMAIN plain_domain SET NOT NULL;
ALTER DOMAIN plain_domain DROP NOT NULL;
ALTER DOMAIN plain_domain ADD CONSTRAINT has_value NOT NULL;
ALTER DOMAIN plain_domain ADD NOT NULL;
ALTER DOMAIN plain_domain DROP CONSTRAINT has_value;
ALTER DOMAIN plain_domain ADD NOT NULL;

-- Names that stay when tables and columns are renamed, and names that were taken.
CREATE TABLE old_name (a integer NOT NULL, b integer PRIMARY KEY);
ALTER TABLE old_name RENAME TO new_name;
ALTER TABLE new_name RENAME a TO c;
CREATE TABLE old_name (a integer NOT NULL, b integer NOT NULL, LIKE new_name);
CREATE TABLE like_it (LIKE new_name INCLUDING ALL);
CREATE TABLE copy (a integer, b integer);
ALTER TABLE copy RENAME TO copied;
ALTER TABLE copied ALTER a SET NOT NULL, ADD PRIMARY KEY (b);
INSERT INTO copied VALUES (1, 2);
CREATE TABLE tree (a integer, b integer NOT NULL);
CREATE TABLE branch (c integer) INHERITS (tree);
CREATE TABLE leaf (a integer NOT NULL, d integer) INHERITS (branch);
INSERT INTO tree VALUES (NULL, 1);
INSERT INTO leaf VALUES (1, 2, 3, 4);
ALTER TABLE tree ADD CONSTRAINT a_later NOT NULL a NOT VALID;
UPDATE tree SET a = 1 WHERE a IS NULL;
ALTER TABLE tree VALIDATE CONSTRAINT a_later;
ALTER TABLE leaf NO INHERIT branch;
ALTER TABLE branch ALTER c SET NOT NULL;
ALTER TABLE leaf ALTER c SET NOT NULL;
ALTER TABLE leaf INHERIT branch;
ALTER TABLE tree ADD e integer DEFAULT 5 NOT NULL, ADD f double precision DEFAULT random() CONSTRAINT f_given NOT NULL;
ALTER TABLE tree DROP CONSTRAINT f_given;
ALTER TABLE tree ALTER b TYPE bigint, ALTER b DROP NOT NULL;
CREATE TABLE divided (a integer, b integer) PARTITION BY LIST (a);
CREATE TABLE division (a integer NOT NULL, b integer CONSTRAINT b_given NOT NULL);
ALTER TABLE divided ATTACH PARTITION division FOR VALUES IN (1);
ALTER TABLE divided ALTER a SET NOT NULL;
CREATE TABLE division_2 PARTITION OF divided FOR VALUES IN (2);
ALTER TABLE divided ADD PRIMARY KEY (a);
ALTER TABLE divided DETACH PARTITION division_2;
ALTER TABLE division_2 DROP CONSTRAINT division_2_pkey;
ALTER TABLE division_2 ALTER a DROP NOT NULL;
CREATE UNLOGGED TABLE unlogged (a integer CONSTRAINT u NOT NULL);
ALTER TABLE unlogged SET LOGGED;
