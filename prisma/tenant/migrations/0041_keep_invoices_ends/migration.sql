CREATE TABLE invoices_subscription_end (
  subscription_id text COLLATE "C" PRIMARY KEY,
  ends_at timestamptz NOT NULL
);
INSERT INTO invoices_subscription_end
SELECT subscription_id, ends_at FROM invoices_subscription WHERE ends_at IS NOT NULL;
