-- Terms that become a version of a plan, edited until they are published.
CREATE TABLE "plans_plan_draft" (
  "id" TEXT NOT NULL,
  "plan_id" TEXT NOT NULL,
  "based_on" TEXT,
  "status" TEXT NOT NULL,
  "interval" TEXT NOT NULL,
  "interval_count" INTEGER NOT NULL,
  "alignment" TEXT NOT NULL,
  "grain" TEXT NOT NULL,
  "trial_days" INTEGER NOT NULL,
  "minimums" JSONB NOT NULL,
  "thresholds" JSONB NOT NULL,
  "entitlements" JSONB NOT NULL,
  "prices" JSONB NOT NULL,
  "price_count" INTEGER NOT NULL,
  "version_id" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT "plans_plan_draft_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "plans_plan_draft_plan_id_id_idx" ON "plans_plan_draft"("plan_id", "id");
