-- What invoices say of seller and buyer, as they were: an invoice names the revisions that it was made with.
CREATE TABLE invoices_seller (
  revision integer PRIMARY KEY,
  seller jsonb NOT NULL
);
CREATE TABLE invoices_buyer (
  customer_id text COLLATE "C" NOT NULL,
  revision integer NOT NULL,
  buyer jsonb NOT NULL,
  PRIMARY KEY (customer_id, revision)
);
INSERT INTO invoices_buyer (customer_id, revision, buyer)
SELECT customer_id, revision, jsonb_build_object('name', name, 'country', country, 'address', '[]'::jsonb)
FROM invoices_customer;

-- How documents are numbered.
ALTER TABLE invoices_settings ADD COLUMN documents jsonb;

-- What the customer wants on its invoices.
ALTER TABLE customer ADD COLUMN purchase_order text, ADD COLUMN invoice_memo text;
