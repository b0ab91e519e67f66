-- Wallet credit whose payment is disputed: it is not used meanwhile.
ALTER TABLE invoices_wallet_grant ADD COLUMN held boolean NOT NULL DEFAULT false;
