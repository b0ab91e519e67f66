-- What decides about a customer's tax, and what a tenant says of its taxes.
ALTER TABLE "customer" ADD COLUMN "jurisdiction" TEXT;
ALTER TABLE "customer" ADD COLUMN "business" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "customer" ADD COLUMN "tax_exemption" JSONB;
ALTER TABLE "invoices_customer" ADD COLUMN "tax" JSONB;
ALTER TABLE "invoices_settings" ADD COLUMN "tax" JSONB;
