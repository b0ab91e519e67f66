-- Until when the first invoice of a subscription has to be paid.
ALTER TABLE "plans_subscription" ADD COLUMN "activates_until" TIMESTAMPTZ(6);

-- Subscriptions that give no access yet.
CREATE TABLE "usage_without_access" (
  "subscription_id" TEXT NOT NULL,
  CONSTRAINT "usage_without_access_pkey" PRIMARY KEY ("subscription_id")
);
