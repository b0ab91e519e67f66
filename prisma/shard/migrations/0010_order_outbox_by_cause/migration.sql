-- A row's place in the log was the id of its transaction, which is given at the first write: what was read later, of
-- transactions with a higher id, then stood behind what came of it. Now it is the highest id that was given when the row was
-- written: none of what its writer had read has a higher one, and ids of rows decide between equals. It is never below the
-- writer's own id, so that still nothing can appear below the oldest transaction that runs.
ALTER TABLE outbox ALTER COLUMN xid SET DEFAULT greatest(
  pg_current_xact_id(),
  (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8
);
