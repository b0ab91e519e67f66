-- Subscriptions that were offered, and what was shown of their first invoices.
CREATE TABLE "plans_quote" (
  "id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "state" JSONB NOT NULL,
  CONSTRAINT "plans_quote_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "plans_quote_customer_id_id_idx" ON "plans_quote"("customer_id", "id");

CREATE TABLE "invoices_quote" (
  "id" TEXT NOT NULL,
  "quote_id" TEXT NOT NULL,
  "customer_id" TEXT NOT NULL,
  "state" JSONB NOT NULL,
  CONSTRAINT "invoices_quote_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "invoices_quote_quote_id_key" ON "invoices_quote"("quote_id");
