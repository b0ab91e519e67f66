-- What a price may say of a meter's usage: dimensions that the meter knows, and whether its events carry amounts.
-- Meters that an earlier release kept know no dimensions; those cannot be told apart by a price.
ALTER TABLE plans_meter ADD COLUMN aggregation text, ADD COLUMN group_by text[] NOT NULL DEFAULT '{}';
