-- Versions of plans: what happens to a subscription names its version by its id.
CREATE TABLE "usage_plan_version" (
  "id" TEXT NOT NULL,
  "version" JSONB NOT NULL,
  CONSTRAINT "usage_plan_version_pkey" PRIMARY KEY ("id")
);

-- Number of the bill after which a subscription stands where the row says, and since when and until when it priced each meter. Null where an
-- earlier release wrote the row: then it priced the meters of its terms from its begin on.
ALTER TABLE "usage_subscription"
  ADD COLUMN "bill" INTEGER,
  ADD COLUMN "paused" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "claims" JSONB;

-- Stretches of periods are billed: "index" is the number of the bill less one, and "period_to" the end of the stretch. Null
-- where the stretch begins with its period.
ALTER TABLE "usage_period_close" ADD COLUMN "stretch_from" TIMESTAMPTZ(6);
