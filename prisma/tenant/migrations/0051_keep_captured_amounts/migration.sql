-- What was captured may be less than what was asked for: then the rest stays due, and another payment collects it.
ALTER TABLE payment ADD COLUMN captured_minor numeric(38, 0);
UPDATE payment p SET captured_minor = (e.data -> 'money' -> 'minor' ->> '$bigint')::numeric
FROM event e WHERE e.stream = p.id AND e.type = 'Captured' AND p.status = 'succeeded';
CREATE UNIQUE INDEX payment_one_under_way ON payment (invoice_id)
  WHERE status IN ('pending', 'processing', 'requires_action');
DROP INDEX payment_one_per_invoice;
