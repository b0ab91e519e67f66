CREATE TABLE customer (
  id text PRIMARY KEY,
  revision integer NOT NULL,
  name text NOT NULL,
  email text,
  country text NOT NULL,
  time_zone text NOT NULL,
  currency text NOT NULL,
  tax_id text,
  address jsonb,
  created_on date NOT NULL,
  created_at timestamptz NOT NULL
);
