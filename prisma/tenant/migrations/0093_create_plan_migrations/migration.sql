-- Subscriptions of a plan that are brought to one of its versions, in batches.
CREATE TABLE "plans_plan_migration" (
  "id" TEXT NOT NULL,
  "plan_id" TEXT NOT NULL,
  "plan_version_id" TEXT NOT NULL,
  "time" TEXT NOT NULL,
  "proration" TEXT,
  "negotiated_prices" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "total" INTEGER NOT NULL,
  "moved" INTEGER NOT NULL,
  "skipped" INTEGER NOT NULL,
  "skips" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "ended_at" TIMESTAMPTZ(6),
  CONSTRAINT "plans_plan_migration_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "plans_plan_migration_plan_id_id_idx" ON "plans_plan_migration"("plan_id", "id");
CREATE INDEX "plans_subscription_plan_id_id_idx" ON "plans_subscription"("plan_id", "id");
