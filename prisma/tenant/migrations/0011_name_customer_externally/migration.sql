-- A customer's code is called its external id, and the tenant notes on it what it likes. The column "code" stays for the
-- release before; a later migration drops it.
ALTER TABLE customer
  ADD COLUMN external_id text,
  ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
UPDATE customer SET external_id = code WHERE code IS NOT NULL;
CREATE UNIQUE INDEX customer_external_id ON customer (external_id);

-- Lists find customers by the beginning of what a person remembers of them.
CREATE INDEX customer_name_begins ON customer (lower(left(name, 64)) text_pattern_ops);
CREATE INDEX customer_email_begins ON customer (lower(email) text_pattern_ops);
CREATE INDEX customer_external_id_begins ON customer (lower(external_id) text_pattern_ops);
