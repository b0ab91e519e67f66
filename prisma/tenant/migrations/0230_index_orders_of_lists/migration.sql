-- What lists are sorted by, with the id that decides where that is the same.
CREATE INDEX "plans_plan_by_name" ON "plans_plan"((lower(left("name", 64)) COLLATE "C"), "id");
CREATE INDEX "plans_coupon_by_name" ON "plans_coupon"((lower(left("coupon"->>'name', 64)) COLLATE "C"), "id");
CREATE INDEX "plans_subscription_by_start" ON "plans_subscription"("starts_on", "id");
CREATE INDEX "plans_contract_by_end" ON "plans_contract"("ends_at", "id");
CREATE INDEX "customer_by_name" ON "customer"((lower(left("name", 64)) COLLATE "C"), "id");
CREATE INDEX "invoices_invoice_by_total" ON "invoices_invoice"("total_minor", "id");
CREATE INDEX "payment_by_amount" ON "payment"("amount_minor", "id");
CREATE INDEX "plans_quote_by_end" ON "plans_quote"((rtrim("state"->>'validUntil', 'Z') COLLATE "C"), "id");
