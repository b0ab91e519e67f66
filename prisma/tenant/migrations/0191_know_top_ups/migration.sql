-- Which invoices wallet credit is bought with.
ALTER TABLE payments_invoice ADD COLUMN is_top_up boolean NOT NULL DEFAULT false;
