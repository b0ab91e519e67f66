-- The ledger: an entry of what each event moves between accounts, debit above zero and credit below, in minor units. It has a
-- column for each account, so that a row is seen to sum to zero. Rows are added with the event and never changed.
CREATE TABLE invoices_ledger_entry (
  id text PRIMARY KEY,
  stream text NOT NULL,
  version integer NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  cause_id text NOT NULL,
  currency text NOT NULL,
  customer_id text NOT NULL,
  invoice_id text,
  -- The customer's date on which the revenue of it is earned.
  revenue_on date NOT NULL,
  accounts_receivable numeric,
  cash numeric,
  deferred_revenue numeric,
  revenue numeric,
  tax_payable numeric,
  customer_credit numeric,
  wallet_liability numeric,
  promotional_expense numeric,
  refunds_payable numeric,
  bad_debt numeric,
  disputed_funds numeric,
  CONSTRAINT invoices_ledger_entry_sums_to_zero CHECK (
    coalesce(accounts_receivable, 0) + coalesce(cash, 0) + coalesce(deferred_revenue, 0) + coalesce(revenue, 0)
    + coalesce(tax_payable, 0) + coalesce(customer_credit, 0) + coalesce(wallet_liability, 0)
    + coalesce(promotional_expense, 0) + coalesce(refunds_payable, 0) + coalesce(bad_debt, 0)
    + coalesce(disputed_funds, 0) = 0)
);
CREATE INDEX invoices_ledger_entry_stream ON invoices_ledger_entry (stream);
CREATE INDEX invoices_ledger_entry_customer ON invoices_ledger_entry (customer_id, id);

-- Revenue that is earned day by day: what was earned up to a day is computed from it, so that no day has to be written.
CREATE TABLE invoices_deferral (
  id text PRIMARY KEY,
  invoice_id text NOT NULL,
  customer_id text NOT NULL,
  subscription_id text NOT NULL,
  currency text NOT NULL,
  amount_minor numeric NOT NULL,
  -- The customer's days [from_date, to_date).
  from_date date NOT NULL,
  to_date date NOT NULL,
  time_zone text NOT NULL,
  known_at timestamptz NOT NULL,
  -- When the service was over before; then the rest is earned.
  cut_at timestamptz,
  cut_on date,
  -- When its invoice was voided.
  void_at timestamptz,
  CHECK (from_date < to_date)
);
CREATE INDEX invoices_deferral_invoice ON invoices_deferral (invoice_id);
