CREATE INDEX staff_audit_at ON staff_audit (at);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
-- What happened is not edited by the services; what is old enough they may have forgotten, a bounded number at once.
CREATE FUNCTION prune_staff_audit(keep_days integer, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = control, pg_temp AS $$
DECLARE pruned bigint;
BEGIN
  IF keep_days < 90 THEN
    RAISE EXCEPTION 'the trail of staff is kept for 90 days at least';
  END IF;
  DELETE FROM staff_audit WHERE id IN (
    SELECT id FROM staff_audit WHERE at < now() - make_interval(days => keep_days) ORDER BY at LIMIT most);
  GET DIAGNOSTICS pruned = ROW_COUNT;
  RETURN pruned;
END $$;
CREATE FUNCTION prune_idempotency(keep_days integer, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = control, pg_temp AS $$
DECLARE pruned bigint;
BEGIN
  IF keep_days < 7 THEN
    RAISE EXCEPTION 'idempotency keys are kept for 7 days at least';
  END IF;
  DELETE FROM idempotency WHERE (command, key) IN (
    SELECT command, key FROM idempotency
    WHERE recorded_at < now() - make_interval(days => keep_days) ORDER BY recorded_at LIMIT most);
  GET DIAGNOSTICS pruned = ROW_COUNT;
  RETURN pruned;
END $$;
REVOKE ALL ON FUNCTION prune_staff_audit(integer, integer), prune_idempotency(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_staff_audit(integer, integer), prune_idempotency(integer, integer) TO tollgate_app;
