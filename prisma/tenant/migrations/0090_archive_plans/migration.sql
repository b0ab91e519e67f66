-- Nobody new gets on a plan that is archived.
ALTER TABLE "plans_plan" ADD COLUMN "archived_at" TIMESTAMPTZ(6);
