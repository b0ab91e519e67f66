-- Parts of payments that go back, and payments that came beside the providers.
ALTER TABLE payment ADD COLUMN refunds jsonb;
ALTER TABLE payment ADD COLUMN offline boolean NOT NULL DEFAULT false;
