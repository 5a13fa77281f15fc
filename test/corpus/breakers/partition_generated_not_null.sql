-- A partition that is stricter than its parent about a generated column
CREATE TABLE parent (k int, a int DEFAULT (random() * 100)::int, g boolean GENERATED ALWAYS AS (a IS NULL) STORED) PARTITION BY LIST (k);
CREATE TABLE part PARTITION OF parent (g NOT NULL, a DEFAULT 3, CONSTRAINT c CHECK (g IS NULL OR true)) FOR VALUES IN (1, 2);
INSERT INTO parent (k) VALUES (1), (2);
