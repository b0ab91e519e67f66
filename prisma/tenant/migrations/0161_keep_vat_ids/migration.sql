-- VAT ids of customers, and what the register said of them.
ALTER TABLE "customer" ADD COLUMN "vat_id" TEXT;
ALTER TABLE "customer" ADD COLUMN "vat_id_check" JSONB;
