-- What an invoice was computed from stays as it is while it is finalised and paid: what changes stands beside it, so that
-- a change need not write the whole again. Where an earlier release wrote the row last, "state" says everything.
ALTER TABLE invoices_invoice ADD COLUMN progress jsonb;
