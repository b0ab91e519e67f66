INSERT INTO event (stream, version, type, data, occurred_at, actor, cause, correlation)
SELECT id, 1, 'meter.created', jsonb_build_object('meter', jsonb_build_object(
    'id', id, 'code', code, 'name', name, 'eventType', event_type, 'version', version,
    'createdAt', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'metric', jsonb_strip_nulls(jsonb_build_object('type', aggregation, 'property', property)))),
  created_at, 'system', 'migration', id
FROM usage_meter ON CONFLICT DO NOTHING;
