-- Subscriptions without access because an invoice of theirs fails for too long.
CREATE TABLE usage_access_revoked (
  invoice_id      text NOT NULL,
  subscription_id text NOT NULL,
  PRIMARY KEY (invoice_id, subscription_id)
);
CREATE INDEX usage_access_revoked_subscription ON usage_access_revoked (subscription_id);
