-- Versions say trials and minimums. Others know versions by their ids: those that were published before are told to them
-- when somebody subscribes to one.
ALTER TABLE "plans_plan_version"
  ADD COLUMN "trial_days" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "minimums" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "announced" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "plans_plan_version" ALTER COLUMN "announced" SET DEFAULT true;
