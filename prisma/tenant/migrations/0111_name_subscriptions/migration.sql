-- Where events name the subscription that they belong to; null where they belong to the customer.
ALTER TABLE usage_meter ADD COLUMN subscription_property text;

-- Several subscriptions of a customer may price a meter whose events name theirs.
ALTER TABLE plans_meter ADD COLUMN names_subscription boolean NOT NULL DEFAULT false;
