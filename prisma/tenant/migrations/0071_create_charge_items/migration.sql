-- What customers are charged for by name.
CREATE TABLE invoices_charge_item (
  id text COLLATE "C" PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  prices jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  archived_at timestamptz
);
