-- An invoice that nobody expects to be paid any more can still be paid: payments keeps it as what it is.
ALTER TABLE payments_invoice DROP CONSTRAINT IF EXISTS payments_invoice_status_check;
ALTER TABLE payments_invoice ADD CONSTRAINT payments_invoice_status_check
  CHECK (status IN ('open', 'paid', 'void', 'uncollectible'));
