-- Events that were corrected or taken back; the event itself says what counts now.
CREATE TABLE usage_event_correction (
  id text COLLATE "C" PRIMARY KEY,
  event_id text COLLATE "C" NOT NULL UNIQUE,
  first_properties jsonb NOT NULL,
  properties jsonb NOT NULL,
  voided boolean NOT NULL,
  changed_at timestamptz NOT NULL
);
