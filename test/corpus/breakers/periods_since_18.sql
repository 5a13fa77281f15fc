-- Keys without overlaps and foreign keys over periods, from version 18 on.
CREATE EXTENSION btree_gist;
-- Keys and foreign keys over periods.
CREATE TABLE room (id integer, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
CREATE TABLE booking (room integer, during daterange, CONSTRAINT in_time FOREIGN KEY (room, PERIOD during)
    REFERENCES room (id, PERIOD during));
ALTER TABLE booking ADD UNIQUE (room, during WITHOUT OVERLAPS);
INSERT INTO room VALUES (1, '[2020-01-01,2020-02-01)'), (1, '[2020-02-01,2020-03-01)');
UPDATE room SET during = '[2020-02-01,2020-04-01)' WHERE during @> '2020-02-15'::date;
DELETE FROM room WHERE during @> '2020-01-15'::date;
INSERT INTO booking VALUES (1, '[2020-02-10,2020-03-10)');
UPDATE booking SET during = '[2020-02-10,2020-02-12)';
UPDATE room SET id = 2 WHERE during @> '2020-03-01'::date AND false;
CREATE TABLE price (product integer, valid tstzrange, amount numeric, UNIQUE (product, valid WITHOUT OVERLAPS));
INSERT INTO price VALUES (1, '[2020-01-01 00:00+00,2021-01-01 00:00+00)', 10), (1, '[2021-01-01 00:00+00,)', 11);
ALTER TABLE price REPLICA IDENTITY FULL;
UPDATE price SET amount = amount + 1;
CREATE TABLE only_range (r int4multirange, PRIMARY KEY (r WITHOUT OVERLAPS)) ;
