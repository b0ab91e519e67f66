-- Amounts that customers paid for usage in advance, and what invoices draw of them.
CREATE TABLE "invoices_commitment" (
  "id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "commitment" JSONB NOT NULL,
  CONSTRAINT "invoices_commitment_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "invoices_commitment_customer" ON "invoices_commitment"("customer_id", "id");

CREATE TABLE "invoices_drawdown" (
  "invoice_id" TEXT NOT NULL,
  "commitment_id" TEXT NOT NULL,
  "amount_minor" BIGINT NOT NULL,
  CONSTRAINT "invoices_drawdown_pkey" PRIMARY KEY ("invoice_id", "commitment_id")
);
CREATE INDEX "invoices_drawdown_commitment" ON "invoices_drawdown"("commitment_id");
