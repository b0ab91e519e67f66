ALTER TABLE tenant ADD COLUMN published_revision integer NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN clock_starts_at timestamptz;
CREATE INDEX tenant_unfinished ON tenant (id) WHERE state = 'provisioning' OR published_revision < revision;
CREATE INDEX staff_audit_subject ON staff_audit (subject, id);
