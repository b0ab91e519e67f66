-- E-mails to customers: what was said to whom, and what became of it.
ALTER TABLE customer ADD COLUMN language text;
ALTER TABLE payments_customer ADD COLUMN email text, ADD COLUMN language text;
ALTER TABLE payments_settings ADD COLUMN mail jsonb, ADD COLUMN name text;

CREATE TABLE payments_mail (
  id          text PRIMARY KEY,
  version     integer NOT NULL,
  kind        text NOT NULL,
  customer_id text NOT NULL,
  invoice_id  text NOT NULL,
  recipient   text NOT NULL,
  language    text NOT NULL,
  subject     text NOT NULL,
  body        text NOT NULL,
  status      text NOT NULL,
  tries       integer NOT NULL,
  why         text,
  queued_at   timestamptz(6) NOT NULL,
  settled_at  timestamptz(6)
);
CREATE INDEX payments_mail_customer ON payments_mail (customer_id, id);
CREATE INDEX payments_mail_invoice ON payments_mail (invoice_id, id);
