-- Events that no meter counts yet: their meter_version is 0, which is before every meter.
CREATE TABLE usage_kept (
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (type, id)
);
