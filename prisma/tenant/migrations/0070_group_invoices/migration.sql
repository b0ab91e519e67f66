-- Whether what subscriptions of one customer bill by themselves at one instant is one invoice.
ALTER TABLE plans_settings ADD COLUMN group_invoices boolean NOT NULL DEFAULT false;

-- The subscriptions of an invoice that several share, and the billing period of each coupon's subscription.
ALTER TABLE invoices_invoice ADD COLUMN joint_ids text[], ADD COLUMN coupon_periods integer[];
CREATE INDEX invoices_invoice_joint ON invoices_invoice USING gin (joint_ids) WHERE joint_ids IS NOT NULL;
