-- Payment methods are rebuilt from the journal from now on: those on file begin their streams here.
INSERT INTO event (stream, version, type, data, occurred_at, actor, cause, correlation)
SELECT id, 1, 'PaymentMethodAdded',
  jsonb_build_object('methodId', id, 'customerId', customer_id, 'provider', provider, 'token', token,
    'providerCustomer', provider_customer, 'label', label,
    'at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  created_at, 'system', 'migration:0050', id
FROM payment_method
ON CONFLICT DO NOTHING;
INSERT INTO event (stream, version, type, data, occurred_at, actor, cause, correlation)
SELECT id, 2, 'PaymentMethodRemoved',
  jsonb_build_object('at', to_char(removed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  removed_at, 'system', 'migration:0050', id
FROM payment_method
WHERE removed_at IS NOT NULL
ON CONFLICT DO NOTHING;
