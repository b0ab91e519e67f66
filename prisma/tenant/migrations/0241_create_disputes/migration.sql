-- Payments that customers dispute at their banks, as the providers tell.
CREATE TABLE payments_dispute (
  id              text COLLATE "C" PRIMARY KEY,
  version         integer NOT NULL,
  provider        text NOT NULL,
  reference       text NOT NULL,
  payment_id      text NOT NULL,
  invoice_id      text NOT NULL,
  customer_id     text NOT NULL,
  status          text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
  amount_minor    numeric NOT NULL,
  currency        text NOT NULL,
  fee_minor       numeric,
  fee_currency    text,
  reason          text,
  evidence_due_at timestamptz(6),
  opened_at       timestamptz(6) NOT NULL,
  closed_at       timestamptz(6)
);
CREATE UNIQUE INDEX payments_dispute_reference ON payments_dispute (provider, reference);
CREATE INDEX payments_dispute_invoice ON payments_dispute (invoice_id, id);
CREATE INDEX payments_dispute_payment ON payments_dispute (payment_id);
CREATE INDEX payments_dispute_customer ON payments_dispute (customer_id, id);
CREATE INDEX payments_dispute_status ON payments_dispute (status, id);
