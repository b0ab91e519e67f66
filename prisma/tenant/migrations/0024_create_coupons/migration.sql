-- What can be taken off, and where it is applied.
CREATE TABLE "plans_coupon" (
  "id" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "coupon" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT "plans_coupon_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "plans_coupon_code_key" ON "plans_coupon"("code");

CREATE TABLE "plans_coupon_application" (
  "id" TEXT NOT NULL,
  "coupon_id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "subscription_id" TEXT,
  "applied_at" TIMESTAMPTZ(6) NOT NULL,
  "removed" BOOLEAN NOT NULL,
  CONSTRAINT "plans_coupon_application_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "plans_coupon_application_coupon" ON "plans_coupon_application"("coupon_id");
