CREATE TABLE invoices_subscription (
  subscription_id text PRIMARY KEY,
  customer_id text NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  index integer NOT NULL,
  terms jsonb NOT NULL,
  ends_at timestamptz
);
