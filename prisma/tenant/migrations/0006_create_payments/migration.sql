CREATE TABLE payments_customer (
  customer_id text PRIMARY KEY,
  revision integer NOT NULL,
  name text NOT NULL
);
CREATE TABLE payments_invoice (
  invoice_id text PRIMARY KEY,
  customer_id text NOT NULL,
  number text NOT NULL,
  currency text NOT NULL,
  due_minor numeric(38, 0) NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'paid', 'void'))
);
CREATE TABLE payment_method (
  id text PRIMARY KEY,
  customer_id text NOT NULL,
  provider text NOT NULL CHECK (provider IN ('stripe', 'paypal')),
  token text NOT NULL,
  provider_customer text,
  label text,
  created_at timestamptz NOT NULL,
  removed_at timestamptz
);
CREATE INDEX payment_method_customer ON payment_method (customer_id, id);
CREATE TABLE payment (
  id text PRIMARY KEY,
  version integer NOT NULL,
  invoice_id text NOT NULL,
  customer_id text NOT NULL,
  amount_minor numeric(38, 0) NOT NULL,
  currency text NOT NULL,
  status text NOT NULL,
  provider text,
  decline_code text,
  reference text,
  attempts jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  settled_at timestamptz
);
CREATE INDEX payment_invoice ON payment (invoice_id, id);
CREATE INDEX payment_customer ON payment (customer_id, id);
CREATE UNIQUE INDEX payment_one_per_invoice ON payment (invoice_id) WHERE status NOT IN ('declined', 'cancelled');
