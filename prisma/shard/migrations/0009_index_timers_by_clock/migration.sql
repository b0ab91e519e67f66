-- A test clock may stand in the past: its timers are none of the system's clock, by which all of them were due for ever
-- and looked at again by every look for what is due.
ALTER TABLE timer ADD COLUMN own_clock boolean NOT NULL DEFAULT false;
UPDATE timer SET own_clock = true WHERE NOT background AND tenant_id IN (SELECT tenant_id FROM tenant_clock);
CREATE INDEX timer_due_by_system ON timer (owner, due_at) WHERE NOT own_clock;
DROP INDEX timer_due;
-- Whose turn it is at an instant of a test clock is answered by the index alone.
CREATE INDEX timer_turn_of_owner ON timer (tenant_id, due_at, rank, owner) WHERE NOT background;
DROP INDEX timer_turn;
