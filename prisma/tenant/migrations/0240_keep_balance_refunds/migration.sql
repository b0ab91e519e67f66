-- Credit that was paid out, by the invoices for which the money had come; each is also in its invoice's state.
CREATE TABLE invoices_refund (
  id text COLLATE "C" NOT NULL,
  invoice_id text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  reason text,
  providers_minor numeric NOT NULL CHECK (providers_minor >= 0),
  by_hand_minor numeric NOT NULL CHECK (by_hand_minor >= 0),
  sent_minor numeric NOT NULL CHECK (sent_minor >= 0),
  rejected_minor numeric NOT NULL CHECK (rejected_minor >= 0),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (id, invoice_id),
  CHECK (sent_minor + rejected_minor <= providers_minor)
);
CREATE INDEX invoices_refund_customer ON invoices_refund (customer_id, id);
CREATE INDEX invoices_refund_invoice ON invoices_refund (invoice_id);
