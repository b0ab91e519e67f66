-- Meters have the tenant's own ids, and what it notes on them.
ALTER TABLE "usage_meter"
  ADD COLUMN "external_id" TEXT,
  ADD COLUMN "metadata" JSONB NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX "usage_meter_external_id_key" ON "usage_meter"("external_id");
