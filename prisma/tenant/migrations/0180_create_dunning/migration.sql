-- What is done about invoices that are not paid: by the tenant's policy, at the customer's time of day.
CREATE TABLE payments_settings (
  tenant_id text PRIMARY KEY,
  revision  integer NOT NULL,
  time_zone text NOT NULL,
  dunning   jsonb
);
ALTER TABLE payments_customer ADD COLUMN time_zone text, ADD COLUMN collection text NOT NULL DEFAULT 'automatic';
ALTER TABLE payments_invoice ADD COLUMN due_at timestamptz(6), ADD COLUMN subscription_ids text[] NOT NULL DEFAULT '{}';
ALTER TABLE payments_invoice DROP CONSTRAINT IF EXISTS payments_invoice_status_check;
ALTER TABLE payments_invoice ADD CONSTRAINT payments_invoice_status_check
  CHECK (status IN ('open', 'paid', 'void', 'uncollectible'));
CREATE INDEX payments_invoice_unpaid ON payments_invoice (customer_id)
  WHERE status IN ('open', 'uncollectible');

CREATE TABLE payments_dunning (
  id               text PRIMARY KEY,
  version          integer NOT NULL,
  invoice_id       text NOT NULL,
  customer_id      text NOT NULL,
  cause            text NOT NULL,
  status           text NOT NULL,
  started_at       timestamptz(6) NOT NULL,
  retries          jsonb NOT NULL,
  retries_past     integer NOT NULL,
  failing_since    timestamptz(6),
  revoke_at        timestamptz(6),
  has_access       boolean NOT NULL,
  paused_at        timestamptz(6),
  ended_at         timestamptz(6),
  policy           jsonb
);
CREATE UNIQUE INDEX payments_dunning_invoice ON payments_dunning (invoice_id);
CREATE INDEX payments_dunning_customer ON payments_dunning (customer_id, id);

-- What is tried again in the background while no provider can be reached is under way, too.
DROP INDEX payment_one_under_way;
CREATE UNIQUE INDEX payment_one_under_way ON payment (invoice_id)
  WHERE status IN ('pending', 'processing', 'requires_action', 'unavailable');
