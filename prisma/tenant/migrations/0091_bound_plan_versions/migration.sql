-- A version with a long price list is told in parts; it may bill usage by thresholds.
ALTER TABLE "plans_plan_version" ADD COLUMN "thresholds" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "plans_plan_version" ADD COLUMN "price_count" INTEGER;
UPDATE "plans_plan_version" SET "price_count" = jsonb_array_length("prices");

ALTER TABLE "usage_plan_version" ADD COLUMN "parts" INTEGER NOT NULL DEFAULT 1;
CREATE TABLE "usage_plan_version_part" (
  "version_id" TEXT NOT NULL,
  "part" INTEGER NOT NULL,
  "prices" JSONB NOT NULL,
  CONSTRAINT "usage_plan_version_part_pkey" PRIMARY KEY ("version_id", "part")
);

ALTER TABLE "invoices_plan_version" ADD COLUMN "parts" INTEGER NOT NULL DEFAULT 1;
CREATE TABLE "invoices_plan_version_part" (
  "version_id" TEXT NOT NULL,
  "part" INTEGER NOT NULL,
  "prices" JSONB NOT NULL,
  CONSTRAINT "invoices_plan_version_part_pkey" PRIMARY KEY ("version_id", "part")
);
