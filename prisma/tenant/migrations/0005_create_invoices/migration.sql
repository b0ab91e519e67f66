CREATE TABLE invoices_invoice (
  id text PRIMARY KEY,
  customer_id text NOT NULL,
  subscription_id text,
  origin text NOT NULL,
  status text NOT NULL,
  number text,
  currency text NOT NULL,
  total_minor numeric NOT NULL,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  state jsonb NOT NULL
);
CREATE INDEX invoices_invoice_customer ON invoices_invoice (customer_id, id);
CREATE INDEX invoices_invoice_status ON invoices_invoice (status, id);
CREATE UNIQUE INDEX invoices_invoice_number ON invoices_invoice (number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX invoices_invoice_start ON invoices_invoice (subscription_id) WHERE origin = 'start';
CREATE TABLE invoices_counter (
  name text PRIMARY KEY,
  last bigint NOT NULL
);
CREATE TABLE invoices_customer (
  customer_id text PRIMARY KEY,
  revision integer NOT NULL,
  name text NOT NULL,
  country text NOT NULL
);
CREATE TABLE invoices_settings (
  tenant_id text PRIMARY KEY,
  revision integer NOT NULL,
  tax_rates jsonb NOT NULL,
  grace_seconds integer NOT NULL
);
CREATE TABLE invoices_period (
  subscription_id text NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  index integer NOT NULL,
  invoice_id text,
  revision integer NOT NULL,
  is_last boolean NOT NULL,
  terms jsonb NOT NULL,
  billed jsonb NOT NULL,
  latest jsonb NOT NULL,
  PRIMARY KEY (subscription_id, period_from)
);
