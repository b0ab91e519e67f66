-- Who pays the invoices of a customer, and from when on.
CREATE TABLE "customer_payer" (
  "customer_id" TEXT NOT NULL,
  "from_at" TIMESTAMPTZ(6) NOT NULL,
  "payer_id" TEXT,
  CONSTRAINT "customer_payer_pkey" PRIMARY KEY ("customer_id", "from_at")
);
CREATE INDEX "customer_payer_payer" ON "customer_payer"("payer_id");
