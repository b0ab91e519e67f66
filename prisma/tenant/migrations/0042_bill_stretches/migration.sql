-- Versions of plans: what happens to a subscription names its version by its id.
CREATE TABLE invoices_plan_version (
  id text COLLATE "C" PRIMARY KEY,
  version jsonb NOT NULL
);

-- Stretches of periods are billed: "index" is the number of the bill less one, "period_from" where the stretch begins.
-- "counted_from" is where its period does; null where that is the same, in rows of an earlier release.
ALTER TABLE invoices_period
  ADD COLUMN counted_from timestamptz,
  ADD COLUMN whole jsonb,
  ADD COLUMN ends boolean NOT NULL DEFAULT true;

-- Where a subscription stands after its last bill; null where an earlier release wrote the row.
ALTER TABLE invoices_subscription ADD COLUMN standing jsonb;

-- Until when fees of an invoice cover something: those may be given back.
ALTER TABLE invoices_invoice ADD COLUMN covers_until timestamptz;
UPDATE invoices_invoice SET covers_until = (
  SELECT max((charge -> 'period' ->> 'to')::timestamptz) FROM jsonb_array_elements(state -> 'basis' -> 'charges') charge
  WHERE charge ->> 'kind' = 'fee');
CREATE INDEX invoices_invoice_covers ON invoices_invoice (subscription_id, covers_until) WHERE covers_until IS NOT NULL;

-- What customers have to their credit.
CREATE TABLE invoices_balance (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  amount_minor numeric NOT NULL,
  UNIQUE (customer_id, currency)
);
