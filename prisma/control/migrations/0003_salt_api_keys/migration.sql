-- A key's secret is derived from a master secret and a salt of the key, so that neither of them alone makes a key.
-- Null where an earlier release made the key.
ALTER TABLE api_key ADD COLUMN salt text;
