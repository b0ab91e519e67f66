-- What changed since a moment: rows come in the order of their times, so a few pages say where to look.
CREATE INDEX event_recorded ON event USING brin (recorded_at) WITH (pages_per_range = 16);
