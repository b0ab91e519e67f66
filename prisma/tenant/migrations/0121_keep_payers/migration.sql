-- Who pays the invoices of a customer, as tenancy told it last.
CREATE TABLE "invoices_payer" (
  "customer_id" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "terms" JSONB NOT NULL,
  CONSTRAINT "invoices_payer_pkey" PRIMARY KEY ("customer_id")
);

-- Of the invoices that another customer pays than the one they bill.
ALTER TABLE "invoices_invoice" ADD COLUMN "payer_id" TEXT;
CREATE INDEX "invoices_invoice_payer" ON "invoices_invoice"("payer_id", "id") WHERE "payer_id" IS NOT NULL;
