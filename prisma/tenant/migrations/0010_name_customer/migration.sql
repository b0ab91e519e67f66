ALTER TABLE customer ADD COLUMN code text;
CREATE UNIQUE INDEX customer_code ON customer (code);
