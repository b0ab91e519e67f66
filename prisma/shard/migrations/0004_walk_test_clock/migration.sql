ALTER TABLE tenant_clock
  ADD COLUMN target_at timestamptz,
  ADD COLUMN moved_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX tenant_clock_on_its_way ON tenant_clock (tenant_id) WHERE target_at IS NOT NULL;
ALTER TABLE timer
  ADD COLUMN rank smallint NOT NULL DEFAULT 0,
  ADD COLUMN series text,
  ADD COLUMN background boolean NOT NULL DEFAULT false;
-- Steps of payments that were made before were due by the system's clock.
UPDATE timer SET background = true WHERE owner = 'payments' AND kind = 'step';
DROP INDEX timer_tenant_due;
CREATE INDEX timer_turn ON timer (tenant_id, due_at, rank);
CREATE TABLE clock_pending (
  tenant_id text NOT NULL,
  message_id text NOT NULL,
  consumer text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, message_id, consumer)
);
ALTER TABLE clock_pending ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON clock_pending TO tollgate_app USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON clock_pending FOR INSERT TO tollgate_tenant WITH CHECK (tenant_id = calling_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON clock_pending TO tollgate_app;
GRANT INSERT ON clock_pending TO tollgate_tenant;
-- Volatile, and two statements: the time is read when the lock is there, so that no clock moves between a transaction's
-- reading of it and the transaction's end.
CREATE FUNCTION tenant_now(tenant text) RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('test-clock/' || tenant, 0));
  RETURN (SELECT now_at FROM shard.tenant_clock WHERE tenant_id = tenant);
END $$;
