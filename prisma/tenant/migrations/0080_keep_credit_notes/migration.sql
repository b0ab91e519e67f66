-- Credit notes by themselves; each is also in its invoice's state.
CREATE TABLE invoices_credit_note (
  id text COLLATE "C" PRIMARY KEY,
  invoice_id text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  number text,
  created_at timestamptz NOT NULL,
  note jsonb NOT NULL
);
CREATE INDEX invoices_credit_note_customer ON invoices_credit_note (customer_id, id);
CREATE INDEX invoices_credit_note_invoice ON invoices_credit_note (invoice_id, id);

-- Those of invoices that are there already.
INSERT INTO invoices_credit_note (id, invoice_id, customer_id, currency, number, created_at, note)
SELECT n.note ->> 'id', i.id, i.customer_id, i.currency, n.note ->> 'number', (n.note ->> 'createdAt')::timestamptz, n.note
FROM invoices_invoice i
  CROSS JOIN LATERAL jsonb_array_elements(coalesce(i.state -> 'creditNotes', '[]'::jsonb)) AS n(note);
