CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
