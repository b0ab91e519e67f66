-- Plans and subscriptions have the tenant's own ids, and what it notes on them. A subscription's code is called its
-- external id: the column "code" stays for the release before; a later migration drops it.
ALTER TABLE "plans_plan"
  ADD COLUMN "external_id" TEXT,
  ADD COLUMN "metadata" JSONB NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX "plans_plan_external_id_key" ON "plans_plan"("external_id");

-- A plan is as old as its first version.
UPDATE "plans_plan" p SET "created_at" = v."published_at"
  FROM "plans_plan_version" v WHERE v."plan_id" = p."id" AND v."number" = 1;

ALTER TABLE "plans_subscription"
  ADD COLUMN "external_id" TEXT,
  ADD COLUMN "metadata" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "created_at" TIMESTAMPTZ(6);
UPDATE "plans_subscription" SET "external_id" = "code" WHERE "code" IS NOT NULL;
CREATE UNIQUE INDEX "plans_subscription_external_id_key" ON "plans_subscription"("external_id");
