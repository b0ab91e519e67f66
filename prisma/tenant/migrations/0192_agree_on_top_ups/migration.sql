-- When a wallet is filled by itself.
ALTER TABLE invoices_wallet ADD COLUMN automatic jsonb;
