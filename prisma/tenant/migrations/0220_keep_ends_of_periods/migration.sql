ALTER TABLE "usage_period_close" ADD COLUMN "ends" BOOLEAN, ADD COLUMN "full_from" TIMESTAMPTZ(6), ADD COLUMN "full_to" TIMESTAMPTZ(6);
