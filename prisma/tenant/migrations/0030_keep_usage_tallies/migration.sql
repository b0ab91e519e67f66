ALTER TABLE usage_meter
  ADD COLUMN filters jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN rounding jsonb,
  ADD COLUMN reads text[] NOT NULL DEFAULT '{}';
UPDATE usage_meter SET reads = ARRAY[property] WHERE property IS NOT NULL;
ALTER TABLE usage_subscription ADD COLUMN began_at timestamptz;
UPDATE usage_subscription s SET began_at = coalesce(
  (SELECT min(p.period_from) FROM usage_period p WHERE p.subscription_id = s.id), s.period_from);
ALTER TABLE usage_subscription ALTER COLUMN began_at SET NOT NULL;
ALTER TABLE usage_customer_live ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
UPDATE usage_customer_live SET changed_at = updated_at;
ALTER TABLE usage_period_close DROP COLUMN aggregate;
CREATE TABLE usage_period_total (
  customer_id text COLLATE "C" NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  tallies jsonb NOT NULL,
  PRIMARY KEY (customer_id, period_from, period_to)
);
CREATE TABLE usage_period_text (
  customer_id text COLLATE "C" NOT NULL,
  period_from timestamptz NOT NULL,
  period_to timestamptz NOT NULL,
  meter_id text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  PRIMARY KEY (customer_id, period_from, period_to, meter_id, digest)
);
INSERT INTO usage_period_total
SELECT p.customer_id, p.period_from, p.period_to, coalesce(t.tallies, '{}')
FROM (SELECT DISTINCT customer_id, period_from, period_to FROM usage_period) p
LEFT JOIN LATERAL (
  SELECT jsonb_object_agg(c.id, CASE c.aggregation
    WHEN 'count' THEN jsonb_build_object('type', 'count', 'events', c.events)
    ELSE jsonb_build_object('type', 'sum', 'events', c.events, 'sum', trim_scale(c.quantity)::text) END) AS tallies
  FROM (
    SELECT m.id, m.aggregation, count(*) AS events, sum((e.properties ->> m.property)::numeric) AS quantity
    FROM usage_meter m
    JOIN usage_event e ON e.customer_id = p.customer_id AND e.type = m.event_type AND e.meter_version >= m.version
      AND e.occurred_at >= p.period_from AND e.occurred_at < p.period_to
    GROUP BY m.id) c) t ON true;
DROP TABLE usage_total;
DROP TABLE usage_bucket;
DROP TABLE usage_period;
