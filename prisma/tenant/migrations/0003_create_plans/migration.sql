CREATE TABLE plans_product (
  id text PRIMARY KEY,
  name text NOT NULL,
  description text,
  created_at timestamptz NOT NULL
);
CREATE TABLE plans_plan (
  id text PRIMARY KEY,
  product_id text NOT NULL,
  name text NOT NULL,
  code text NOT NULL UNIQUE,
  current_version text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX plans_plan_product_id_idx ON plans_plan (product_id);
CREATE TABLE plans_plan_version (
  id text PRIMARY KEY,
  plan_id text NOT NULL,
  number integer NOT NULL,
  interval text NOT NULL,
  interval_count integer NOT NULL,
  prices jsonb NOT NULL,
  entitlements jsonb NOT NULL,
  published_at timestamptz NOT NULL,
  UNIQUE (plan_id, number)
);
CREATE TABLE plans_meter (
  id text PRIMARY KEY,
  code text NOT NULL
);
CREATE TABLE plans_customer (
  id text PRIMARY KEY,
  revision integer NOT NULL,
  time_zone text NOT NULL,
  currency text NOT NULL
);
CREATE TABLE plans_subscription (
  id text PRIMARY KEY,
  customer_id text NOT NULL,
  plan_id text NOT NULL,
  plan_version_id text NOT NULL,
  status text NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  starts_on date NOT NULL,
  period_index integer,
  period_from timestamptz,
  period_to timestamptz,
  cancel_at timestamptz,
  ended_at timestamptz,
  meter_ids text[] NOT NULL,
  revision integer NOT NULL
);
CREATE INDEX plans_subscription_customer_id_id_idx ON plans_subscription (customer_id, id);
