-- Payments are found by what their provider calls them.
CREATE INDEX "payment_reference" ON "payment" ("reference");
