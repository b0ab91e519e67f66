-- What customers may use beside their plans.
CREATE TABLE usage_entitlement_grant (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  feature text NOT NULL,
  meter_id text COLLATE "C",
  quantity numeric,
  starts_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  note text,
  created_at timestamptz NOT NULL
);
CREATE INDEX usage_entitlement_grant_customer ON usage_entitlement_grant (customer_id, feature, id);
