-- Stretches of subscriptions that are billed before the end of their period, while they go on: their events are told as
-- they come. `steps` is how many were.
CREATE TABLE "usage_watched_stretch" (
  "subscription_id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "period_from" TIMESTAMPTZ(6) NOT NULL,
  "period_to" TIMESTAMPTZ(6) NOT NULL,
  "stretch_from" TIMESTAMPTZ(6) NOT NULL,
  "bill" INTEGER NOT NULL,
  "steps" INTEGER NOT NULL,
  CONSTRAINT "usage_watched_stretch_pkey" PRIMARY KEY ("subscription_id")
);
CREATE INDEX "usage_watched_stretch_customer" ON "usage_watched_stretch" ("customer_id");

-- What was billed of a stretch before it was over, and how far usage has told of it.
CREATE TABLE "invoices_progress" (
  "subscription_id" TEXT NOT NULL,
  "stretch_from" TIMESTAMPTZ NOT NULL,
  "progress" JSONB NOT NULL,
  CONSTRAINT "invoices_progress_pkey" PRIMARY KEY ("subscription_id", "stretch_from")
);
