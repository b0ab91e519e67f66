-- Credit in advance: wallets by customer and currency, and what was given at once.
CREATE TABLE invoices_wallet (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  balance_minor numeric NOT NULL CHECK (balance_minor >= 0),
  revision integer NOT NULL,
  UNIQUE (customer_id, currency)
);

CREATE TABLE invoices_wallet_grant (
  id text COLLATE "C" PRIMARY KEY,
  wallet_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  priority integer NOT NULL,
  expires_at timestamptz,
  granted_at timestamptz NOT NULL,
  invoice_id text,
  amount_minor numeric NOT NULL,
  used_minor numeric NOT NULL CHECK (used_minor >= 0),
  expired_minor numeric NOT NULL,
  taken_minor numeric NOT NULL,
  CHECK (amount_minor >= used_minor + expired_minor + taken_minor)
);
CREATE INDEX invoices_wallet_grant_wallet ON invoices_wallet_grant (wallet_id, id);
