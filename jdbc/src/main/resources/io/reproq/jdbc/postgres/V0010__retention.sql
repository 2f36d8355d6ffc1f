-- Dropping what is over, a whole partition at a time.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; only a new function.

-- Drops the partition that begins at `low`, with all that hangs on its tasks, when every one of them
-- ended as one of `ends`, before `cutoff`. Returns how many tasks that were, null when something
-- keeps it. Takes the partition away from everybody for as long as it looks, so callers set a
-- lock_timeout and come again.
CREATE FUNCTION reproq.drop_partition(low bigint, cutoff timestamptz, ends text[])
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  part     record;
  is_kept  boolean;
  dropped  bigint;
  members  bigint[];
  flows    uuid[];
BEGIN
  SELECT * INTO part FROM reproq.task_range r WHERE r.low = drop_partition.low;
  IF part IS NULL OR part.high > (SELECT last_value FROM reproq.task_id) THEN
    RETURN NULL;
  END IF;
  -- A look without a lock spares nearly every lock.
  EXECUTE format('SELECT EXISTS (SELECT FROM reproq.%I WHERE finished_at > $1 OR status <> ALL ($2))',
    part.finished_table) INTO is_kept USING cutoff, ends;
  IF is_kept THEN
    RETURN NULL;
  END IF;
  EXECUTE format('LOCK TABLE reproq.%I, reproq.%I', part.task_table, part.finished_table);
  EXECUTE format('SELECT EXISTS (SELECT FROM reproq.%I WHERE finished_at > $1 OR status <> ALL ($2))
    OR (SELECT count(*) FROM reproq.%I) <> (SELECT count(*) FROM reproq.%I)
    OR EXISTS (SELECT FROM reproq.%I WHERE workflow_id IS NOT NULL
      AND NOT reproq.may_forget(result_id))',
    part.finished_table, part.task_table, part.finished_table, part.task_table)
    INTO is_kept USING cutoff, ends;
  IF is_kept THEN
    RETURN NULL;
  END IF;
  EXECUTE format('WITH counted AS (
      INSERT INTO reproq.counter_delta (queue_name, status, change)
      SELECT queue_name, status, -count(*) FROM reproq.%I GROUP BY queue_name, status
      RETURNING change)
    SELECT coalesce(-sum(change), 0) FROM counted', part.finished_table) INTO dropped;
  DELETE FROM reproq.failure WHERE result_id >= part.low AND result_id < part.high;
  DELETE FROM reproq.attachment WHERE result_id >= part.low AND result_id < part.high;
  DELETE FROM reproq.output WHERE result_id >= part.low AND result_id < part.high;
  DELETE FROM reproq.task_key WHERE result_id >= part.low AND result_id < part.high;
  EXECUTE format('SELECT coalesce(array_agg(result_id), ''{}''), coalesce(array_agg(DISTINCT
      workflow_id), ''{}'') FROM reproq.%I WHERE workflow_id IS NOT NULL', part.task_table)
    INTO members, flows;
  EXECUTE format('ALTER TABLE reproq.finished DETACH PARTITION reproq.%I', part.finished_table);
  EXECUTE format('ALTER TABLE reproq.task DETACH PARTITION reproq.%I', part.task_table);
  EXECUTE format('DROP TABLE reproq.%I, reproq.%I', part.finished_table, part.task_table);
  IF members <> '{}' THEN
    PERFORM reproq.forget_members(members, flows);
  END IF;
  RETURN dropped;
END $$;
