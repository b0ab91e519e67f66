-- As before, and rows that came into the default partition go as well, one by one, when they are old enough and every
-- reader is past them: else they would stay for ever, and so would the inboxes' memory of them.
CREATE OR REPLACE FUNCTION rotate_outbox(keep_days integer, OUT created integer, OUT dropped integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = shard, pg_temp AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  partition_day date;
  partition_name text;
  last_xid xid8;
  last_id bigint;
  slowest record;
BEGIN
  created := 0;
  dropped := 0;
  IF keep_days < 1 THEN
    RAISE EXCEPTION 'the outbox keeps one day at least';
  END IF;
  SET LOCAL lock_timeout = '2s';
  SELECT o.major::text::xid8 AS xid, o.minor AS id INTO slowest
  FROM consumer_offset o
  WHERE (o.source LIKE 'outbox:%' OR (o.consumer = 'relay' AND o.source = 'outbox'))
    AND o.updated_at > now() - interval '30 days'
  ORDER BY o.major, o.minor LIMIT 1;
  DELETE FROM outbox_default d
  WHERE d.created_on < today - keep_days AND (slowest IS NULL OR (d.xid, d.id) <= (slowest.xid, slowest.id));
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
    EXIT WHEN last_xid IS NOT NULL AND slowest IS NOT NULL AND (slowest.xid, slowest.id) < (last_xid, last_id);
    EXECUTE format('DROP TABLE %I', partition_name);
    dropped := dropped + 1;
  END LOOP;
END $$;
-- The first day of which the outbox may still hold a message: inboxes forget none that could come again.
CREATE FUNCTION outbox_since() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = shard, pg_temp AS $$
  SELECT least(
    (SELECT min(to_date(substr(c.relname, 8), 'YYYYMMDD')) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$'),
    (SELECT min(created_on) FROM outbox_default));
$$;
REVOKE ALL ON FUNCTION outbox_since() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_since() TO tollgate_app;
