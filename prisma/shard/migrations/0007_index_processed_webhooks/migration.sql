CREATE INDEX webhook_processed ON webhook (processed_at);
