CREATE INDEX "plans_coupon_application_customer" ON "plans_coupon_application"("customer_id");
