-- The tenant's own id of a customer, by which events may name it.
ALTER TABLE usage_customer ADD COLUMN external_id text COLLATE "C";
CREATE INDEX usage_customer_external ON usage_customer (external_id) WHERE external_id IS NOT NULL;
