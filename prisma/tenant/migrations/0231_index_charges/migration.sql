-- All charges of a customer, billed or not: its timeline tells of them.
CREATE INDEX "invoices_charge_customer" ON "invoices_charge"("customer_id", "id");
