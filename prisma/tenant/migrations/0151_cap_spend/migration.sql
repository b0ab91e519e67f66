-- What the usage of subscriptions may come to in a period: told once it does, or stopped.
CREATE TABLE "usage_spend_cap" (
  "id" TEXT COLLATE "C" NOT NULL,
  "subscription_id" TEXT COLLATE "C" NOT NULL,
  "customer_id" TEXT COLLATE "C" NOT NULL,
  "currency" TEXT NOT NULL,
  "amount_minor" DECIMAL NOT NULL,
  "action" TEXT NOT NULL,
  "set_at" TIMESTAMPTZ(6) NOT NULL,
  "removed_at" TIMESTAMPTZ(6),
  CONSTRAINT "usage_spend_cap_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "usage_spend_cap_subscription" ON "usage_spend_cap" ("subscription_id");
CREATE INDEX "usage_spend_cap_customer" ON "usage_spend_cap" ("customer_id");

-- Subscriptions whose usage came to their cap, and in which period.
CREATE TABLE "usage_spend_reached" (
  "subscription_id" TEXT COLLATE "C" NOT NULL,
  "customer_id" TEXT COLLATE "C" NOT NULL,
  "period_from" TIMESTAMPTZ(6) NOT NULL,
  "period_to" TIMESTAMPTZ(6) NOT NULL,
  "stops" BOOLEAN NOT NULL,
  "reached_at" TIMESTAMPTZ(6) NOT NULL,
  CONSTRAINT "usage_spend_reached_pkey" PRIMARY KEY ("subscription_id")
);
CREATE INDEX "usage_spend_reached_customer" ON "usage_spend_reached" ("customer_id");
