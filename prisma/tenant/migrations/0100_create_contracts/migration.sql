-- What customers are bound by, and which subscriptions it covers.
CREATE TABLE "plans_contract" (
  "id" TEXT NOT NULL,
  "external_id" TEXT,
  "customer_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "ends_at" TIMESTAMPTZ(6) NOT NULL,
  "due_at" TIMESTAMPTZ(6),
  "state" JSONB NOT NULL,
  CONSTRAINT "plans_contract_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "plans_contract_external_id_key" ON "plans_contract"("external_id");
CREATE INDEX "plans_contract_customer_id_id_idx" ON "plans_contract"("customer_id", "id");

ALTER TABLE "plans_subscription" ADD COLUMN "contract_id" TEXT;
CREATE INDEX "plans_subscription_contract" ON "plans_subscription"("contract_id");
