CREATE TABLE usage_customer (
  id text COLLATE "C" PRIMARY KEY,
  revision integer NOT NULL,
  time_zone text NOT NULL
);
CREATE TABLE usage_meter_set (
  id integer PRIMARY KEY,
  version integer NOT NULL
);
INSERT INTO usage_meter_set (id, version) VALUES (1, 0);
CREATE TABLE usage_meter (
  id text COLLATE "C" PRIMARY KEY,
  code text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  aggregation text NOT NULL,
  property text,
  version integer NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE usage_event (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  occurred_at timestamptz NOT NULL,
  properties jsonb NOT NULL,
  meter_version integer NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX usage_event_time ON usage_event (customer_id, type, occurred_at);
CREATE TABLE usage_bucket (
  customer_id text COLLATE "C" NOT NULL,
  meter_id text COLLATE "C" NOT NULL,
  bucket timestamptz NOT NULL,
  quantity numeric NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (customer_id, meter_id, bucket)
);
CREATE TABLE usage_total (
  customer_id text COLLATE "C" NOT NULL,
  meter_id text COLLATE "C" NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  quantity numeric NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (customer_id, meter_id, period_from, period_to)
);
CREATE TABLE usage_customer_live (
  customer_id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX usage_customer_live_updated ON usage_customer_live (updated_at);
CREATE TABLE usage_subscription (
  id text COLLATE "C" PRIMARY KEY,
  customer_id text COLLATE "C" NOT NULL,
  index integer NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  terms jsonb NOT NULL
);
CREATE INDEX usage_subscription_customer ON usage_subscription (customer_id);
CREATE TABLE usage_subscription_end (
  id text COLLATE "C" PRIMARY KEY,
  ends_at timestamptz NOT NULL
);
CREATE TABLE usage_period (
  subscription_id text COLLATE "C" NOT NULL,
  index integer NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  PRIMARY KEY (subscription_id, index)
);
CREATE INDEX usage_period_customer ON usage_period (customer_id, period_to);
CREATE TABLE usage_period_close (
  subscription_id text COLLATE "C" NOT NULL,
  index integer NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  next_from timestamptz,
  next_to timestamptz,
  revision integer NOT NULL,
  meters jsonb NOT NULL,
  terms jsonb NOT NULL,
  aggregate text NOT NULL,
  PRIMARY KEY (subscription_id, index)
);
CREATE INDEX usage_period_close_customer ON usage_period_close (customer_id, period_to);
