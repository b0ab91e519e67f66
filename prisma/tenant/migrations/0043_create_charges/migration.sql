-- What tenants charge customers for, once; without an invoice while they wait for one.
CREATE TABLE invoices_charge (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  created_at timestamptz NOT NULL,
  invoice_id text
);
CREATE INDEX invoices_charge_waiting ON invoices_charge (customer_id, id) WHERE invoice_id IS NULL;

-- Null where an earlier release kept the copy.
ALTER TABLE invoices_customer ADD COLUMN currency text;
