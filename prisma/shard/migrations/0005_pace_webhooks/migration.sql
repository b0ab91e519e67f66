-- A webhook that waited is tried again after a pause from its last try: counted from its receipt, all its tries were over at once.
ALTER TABLE webhook ADD COLUMN due_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX webhook_due ON webhook (due_at) WHERE processed_at IS NULL;
