CREATE INDEX inbox_recorded_at ON inbox (recorded_at);
CREATE INDEX timer_tenant_due ON timer (tenant_id, owner, due_at);
-- Runs as the owner of the tables, so that the services can turn the partitions without owning them.
-- A partition goes when it is old enough and every reader that is alive, and the relay, are past its last row. A
-- reader that noted nothing for thirty days is gone and holds nobody up.
-- Each day's partition is made ahead of its time; a day that already has rows in the default partition is left there.
CREATE FUNCTION rotate_outbox(keep_days integer, OUT created integer, OUT dropped integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = shard, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  partition_day date;
  partition_name text;
  last_xid xid8;
  last_id bigint;
BEGIN
  created := 0;
  dropped := 0;
  IF keep_days < 1 THEN
    RAISE EXCEPTION 'the outbox keeps one day at least';
  END IF;
  SET LOCAL lock_timeout = '2s';
  FOR ahead IN 0..2 LOOP
    partition_day := today + ahead;
    partition_name := 'outbox_' || to_char(partition_day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(partition_name) IS NOT NULL;
    CONTINUE WHEN EXISTS (SELECT FROM outbox_default WHERE created_on = partition_day);
    EXECUTE format('CREATE TABLE %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
      partition_name, partition_day, partition_day + 1);
    created := created + 1;
  END LOOP;
  FOR partition_name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'
      AND to_date(substr(c.relname, 8), 'YYYYMMDD') < today - keep_days
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT xid, id FROM %I ORDER BY xid DESC, id DESC LIMIT 1', partition_name) INTO last_xid, last_id;
    EXIT WHEN last_xid IS NOT NULL AND EXISTS (
      SELECT FROM consumer_offset o
      WHERE (o.source LIKE 'outbox:%' OR (o.consumer = 'relay' AND o.source = 'outbox'))
        AND o.updated_at > now() - interval '30 days'
        AND (o.major::text::xid8, o.minor) < (last_xid, last_id));
    EXECUTE format('DROP TABLE %I', partition_name);
    dropped := dropped + 1;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION rotate_outbox(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotate_outbox(integer) TO tollgate_app;
SELECT rotate_outbox(7);
