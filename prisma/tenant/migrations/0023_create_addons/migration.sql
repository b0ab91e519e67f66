-- What subscriptions can have beside their plan.
CREATE TABLE "plans_addon" (
  "id" TEXT NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "prices" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT "plans_addon_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "plans_addon_code_key" ON "plans_addon"("code");

ALTER TABLE "plans_subscription" ADD COLUMN "addons" JSONB NOT NULL DEFAULT '[]';
