-- A version says where its periods are cut and what parts of them are measured in.
ALTER TABLE "plans_plan_version"
  ADD COLUMN "alignment" TEXT NOT NULL DEFAULT 'anniversary',
  ADD COLUMN "grain" TEXT NOT NULL DEFAULT 'day';

-- Rows are made from the journal, which says when things happened.
ALTER TABLE "plans_plan" ALTER COLUMN "created_at" DROP NOT NULL;
ALTER TABLE "plans_product" ALTER COLUMN "created_at" DROP NOT NULL;

ALTER TABLE "plans_subscription"
  ADD COLUMN "code" TEXT,
  ADD COLUMN "quantity" TEXT NOT NULL DEFAULT '1';
CREATE UNIQUE INDEX "plans_subscription_code_key" ON "plans_subscription"("code");

-- Own copy of what prices need of the tenant's settings.
CREATE TABLE "plans_settings" (
  "tenant_id" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "currency" TEXT NOT NULL,
  CONSTRAINT "plans_settings_pkey" PRIMARY KEY ("tenant_id")
);
