-- What the values refer to, as pointcloud_formats of the extension pointcloud.
CREATE TABLE label (id int PRIMARY KEY, label text NOT NULL UNIQUE);
SELECT pg_extension_config_dump('label', '');

-- Only text
CREATE TYPE looked_up;
CREATE FUNCTION looked_up_in(cstring) RETURNS looked_up LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE FUNCTION looked_up_out(looked_up) RETURNS cstring LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE TYPE looked_up (input = looked_up_in, output = looked_up_out, internallength = variable, storage = external);

-- With a binary form
CREATE TYPE sent;
CREATE FUNCTION sent_in(cstring) RETURNS sent LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'looked_up_in';
CREATE FUNCTION sent_out(sent) RETURNS cstring LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME', 'looked_up_out';
CREATE FUNCTION sent_recv(internal) RETURNS sent LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE FUNCTION sent_send(sent) RETURNS bytea LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE TYPE sent (input = sent_in, output = sent_out, receive = sent_recv, send = sent_send,
    internallength = variable, storage = extended);

-- Of a fixed length, by value
CREATE TYPE short;
CREATE FUNCTION short_in(cstring) RETURNS short LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE FUNCTION short_out(short) RETURNS cstring LANGUAGE c IMMUTABLE STRICT AS 'MODULE_PATHNAME';
CREATE TYPE short (input = short_in, output = short_out, internallength = 4, passedbyvalue, alignment = int4);
