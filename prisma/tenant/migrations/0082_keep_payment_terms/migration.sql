-- Who sees to it that invoices are paid, and until when.
ALTER TABLE customer ADD COLUMN collection text NOT NULL DEFAULT 'AUTOMATIC';
ALTER TABLE customer ADD COLUMN due_days integer;
ALTER TABLE invoices_customer ADD COLUMN time_zone text;
ALTER TABLE invoices_customer ADD COLUMN collection text NOT NULL DEFAULT 'automatic';
ALTER TABLE invoices_customer ADD COLUMN due_days integer;
ALTER TABLE invoices_settings ADD COLUMN due_days integer NOT NULL DEFAULT 0;
