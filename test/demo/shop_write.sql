\set product random(1, 50)
\set quantity random(1, 9)
\set dice random(1, 20)
BEGIN;
INSERT INTO shop.visit VALUES ('/product/' || :product);
WITH buyer AS (
    INSERT INTO shop.customer (name, details)
        VALUES ('customer of ' || clock_timestamp(), jsonb_build_object('dice', :dice))
    RETURNING id
), placed AS (
    INSERT INTO shop."order" (customer_id, note) SELECT id, repeat('so good! ', :dice) FROM buyer RETURNING id
)
INSERT INTO shop.order_line (order_id, line, product_id, quantity, price)
SELECT placed.id, line, :product, :quantity, 9.99 FROM placed, generate_series(1, 3) AS line;
UPDATE shop.visit SET page = page || '?again' WHERE page = '/product/' || :product AND :dice = 2;
DELETE FROM shop.customer WHERE id = (SELECT min(id) + :dice FROM shop.customer) AND id > 2 AND :dice = 1;
COMMIT;
