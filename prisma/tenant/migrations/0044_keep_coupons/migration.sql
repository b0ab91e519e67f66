-- Coupons that are applied, as plans tells them.
CREATE TABLE invoices_coupon (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  subscription_id text,
  coupon jsonb NOT NULL,
  removed boolean NOT NULL DEFAULT false
);
CREATE INDEX invoices_coupon_customer ON invoices_coupon (customer_id, id) WHERE NOT removed;

-- Which coupons an invoice was discounted by, and the billing period that it belongs to.
ALTER TABLE invoices_invoice ADD COLUMN coupon_ids text[], ADD COLUMN paid_period integer;
CREATE INDEX invoices_invoice_coupons ON invoices_invoice USING gin (coupon_ids) WHERE coupon_ids IS NOT NULL;
