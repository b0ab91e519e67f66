ALTER TABLE invoices_settings ADD COLUMN country text;
CREATE INDEX invoices_invoice_subscription ON invoices_invoice (subscription_id) WHERE subscription_id IS NOT NULL;
