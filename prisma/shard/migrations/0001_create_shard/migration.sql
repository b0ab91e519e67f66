CREATE TABLE outbox (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id text NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  message_id text NOT NULL,
  envelope text NOT NULL,
  created_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (xid, id, created_on)
) PARTITION BY RANGE (created_on);
CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;
CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);
CREATE TABLE consumer_offset (
  consumer text NOT NULL,
  source text NOT NULL,
  partition integer NOT NULL,
  major bigint NOT NULL,
  minor bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, source, partition)
);
CREATE TABLE dead_letter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer text NOT NULL,
  message_id text NOT NULL,
  tenant_id text NOT NULL,
  envelope text NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  replay_requested_at timestamptz,
  UNIQUE (consumer, message_id)
);
CREATE TABLE timer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  owner text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  due_at timestamptz NOT NULL,
  payload jsonb,
  attempts integer NOT NULL DEFAULT 0,
  retry_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (tenant_id, owner, kind, key)
);
CREATE INDEX timer_due ON timer (owner, due_at);
CREATE TABLE tenant_clock (
  tenant_id text PRIMARY KEY,
  now_at timestamptz NOT NULL
);
CREATE TABLE webhook (
  provider text NOT NULL,
  event_id text NOT NULL,
  payload jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  processed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  error text,
  PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_unprocessed ON webhook (received_at) WHERE processed_at IS NULL;
CREATE FUNCTION calling_tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'ten_' || substr(current_user::text, 3) $$;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON outbox TO tollgate_app USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON outbox FOR INSERT TO tollgate_tenant WITH CHECK (tenant_id = calling_tenant());
ALTER TABLE timer ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON timer TO tollgate_app USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON timer FOR INSERT TO tollgate_tenant WITH CHECK (tenant_id = calling_tenant());
ALTER TABLE tenant_clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON tenant_clock TO tollgate_app USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON tenant_clock FOR SELECT TO tollgate_tenant USING (tenant_id = calling_tenant());
GRANT SELECT, INSERT ON outbox TO tollgate_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox, consumer_offset, dead_letter, timer, tenant_clock, webhook TO tollgate_app;
GRANT INSERT ON outbox, timer TO tollgate_tenant;
GRANT SELECT ON tenant_clock TO tollgate_tenant;
