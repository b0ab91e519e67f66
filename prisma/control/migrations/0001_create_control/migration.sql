CREATE TABLE tenant (
  id text PRIMARY KEY,
  name text NOT NULL,
  schema_name text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('provisioning', 'active', 'suspended', 'moving')),
  sandbox boolean NOT NULL,
  settings jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE placement (
  tenant_id text PRIMARY KEY REFERENCES tenant (id),
  shard text NOT NULL,
  epoch integer NOT NULL DEFAULT 1
);
CREATE TABLE api_key (
  id text PRIMARY KEY,
  tenant_id text NOT NULL REFERENCES tenant (id),
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  last_four text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX api_key_tenant_id ON api_key (tenant_id, id);
CREATE TABLE staff_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  command text NOT NULL,
  subject text NOT NULL,
  outcome text NOT NULL,
  reason text,
  correlation text NOT NULL
);
CREATE TABLE idempotency (
  command text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  answer jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (command, key)
);
GRANT SELECT, INSERT, UPDATE ON tenant, placement, api_key TO tollgate_app;
GRANT SELECT, INSERT ON staff_audit, idempotency TO tollgate_app;
