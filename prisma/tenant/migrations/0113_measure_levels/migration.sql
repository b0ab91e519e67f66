-- Meters whose events are counted in groups or in stretches of local time.
ALTER TABLE usage_meter ADD COLUMN group_by text[] NOT NULL DEFAULT '{}';
ALTER TABLE usage_meter ADD COLUMN time_window text;
ALTER TABLE usage_meter ADD COLUMN window_combine text;

-- The end of the period as it was before any cut: levels are spread over all of it. Null where an earlier release wrote it.
ALTER TABLE usage_period_close ADD COLUMN opened_to timestamptz;
