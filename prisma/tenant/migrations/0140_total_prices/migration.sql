-- Where prices stand that more than the quantity of a meter is priced by: single events, dimensions, a part of the usage.
ALTER TABLE usage_period_close ADD COLUMN prices jsonb;
