-- What is read as a whole, and looked up by nothing that is in it, is kept as the text that was written.
ALTER TABLE "event" ALTER COLUMN "data" TYPE json USING "data"::json;
ALTER TABLE "invoices_invoice" ALTER COLUMN "state" TYPE json USING "state"::json;
