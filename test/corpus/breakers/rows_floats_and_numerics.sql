-- NaN, infinities, -0, subnormals, numerics of 1,000 digits.
CREATE TABLE f (i int PRIMARY KEY, d float8, r float4, n numeric);
INSERT INTO f VALUES (1, 'NaN', 'NaN', 'NaN'), (2, 'Infinity', '-Infinity', 'Infinity'), (3, '-0', '-0', '-0.000'), (4, 4.9e-324, 1.4e-45, 1e-1000),
	(5, 0.1, 0.1, repeat('1234567890', 100)::numeric), (6, 1.7976931348623157e308, 3.4028235e38, ('0.' || repeat('9876543210', 100))::numeric), (7, 0.30000000000000004, 16777217, 1.500);
UPDATE f SET d = -d, r = -r, n = -n;
CREATE TABLE keyless (d float8, r float4, n numeric);
INSERT INTO keyless SELECT d, r, n FROM f;
UPDATE keyless SET d = 1 WHERE d = 'NaN';
DELETE FROM keyless WHERE n = 'Infinity' OR d = 0;
