-- What a tenant wants to be told about usage.
CREATE TABLE "usage_alert" (
  "id" TEXT COLLATE "C" NOT NULL,
  "name" TEXT NOT NULL,
  "customer_id" TEXT COLLATE "C",
  "kind" TEXT NOT NULL,
  "meter_id" TEXT COLLATE "C",
  "feature" TEXT,
  "currency" TEXT,
  "threshold" DECIMAL NOT NULL,
  "repeats" BOOLEAN NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "archived_at" TIMESTAMPTZ(6),
  CONSTRAINT "usage_alert_pkey" PRIMARY KEY ("id")
);
-- Looked into with every report.
CREATE INDEX "usage_alert_active" ON "usage_alert" ("customer_id") WHERE "archived_at" IS NULL;

-- What was told, once for each step of a period.
CREATE TABLE "usage_alert_reached" (
  "id" TEXT COLLATE "C" NOT NULL,
  "alert_id" TEXT COLLATE "C" NOT NULL,
  "customer_id" TEXT COLLATE "C" NOT NULL,
  "subscription_id" TEXT COLLATE "C",
  "period_from" TIMESTAMPTZ(6) NOT NULL,
  "period_to" TIMESTAMPTZ(6) NOT NULL,
  "step" BIGINT NOT NULL,
  "value" DECIMAL NOT NULL,
  "reached_at" TIMESTAMPTZ(6) NOT NULL,
  "recorded_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
  CONSTRAINT "usage_alert_reached_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "usage_alert_reached_step" ON "usage_alert_reached"
  ("alert_id", "customer_id", coalesce("subscription_id", ''), "period_from", "step");
CREATE INDEX "usage_alert_reached_customer" ON "usage_alert_reached" ("customer_id", "id");
