-- What currencies are worth in others from a date on; reports convert by it.
CREATE TABLE invoices_fx_rate (
  id text PRIMARY KEY,
  from_currency text NOT NULL,
  to_currency text NOT NULL,
  date date NOT NULL,
  rate numeric NOT NULL,
  set_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX invoices_fx_rate_of ON invoices_fx_rate (from_currency, to_currency, date);
-- Reports are over the tenant's dates; null until its settings are told again: then UTC.
ALTER TABLE invoices_settings ADD COLUMN time_zone text;
