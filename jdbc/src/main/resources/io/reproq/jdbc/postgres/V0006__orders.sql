-- Orders about tasks and queues: cancel, retry, discard, pause, resume; and reading tasks by id.
--
-- Old workers: keep working, but do not heed a paused queue.
-- Lock: none that matters; only new functions and one new table.

-- Stops tasks, or asks for it; what it answers has the order of `ids`. VOLATILE: the wish is stored
-- first, and each look at the places after it is a new one, so that a task that moves meanwhile
-- meets one or the other.
CREATE FUNCTION reproq.cancel(ids bigint[]) RETURNS TABLE (result_id bigint, answer text)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  open      bigint[] := ARRAY(SELECT DISTINCT i FROM unnest(ids) i WHERE i IS NOT NULL ORDER BY i);
  cancelled bigint[] := '{}';
  requested bigint[] := '{}';
  over      bigint[] := '{}';
  found     bigint[];
BEGIN
  INSERT INTO reproq.cancel_request (result_id, requested_at)
  SELECT t.result_id, clock_timestamp() FROM reproq.task t
  WHERE t.result_id = ANY (open)
    AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = t.result_id)
  ORDER BY t.result_id
  ON CONFLICT DO NOTHING;
  FOR round IN 1..3 LOOP
    EXIT WHEN open = '{}';
    found := reproq.cancel_blocked(open);
    cancelled := cancelled || found;
    open := ARRAY(SELECT i FROM unnest(open) i WHERE i <> ALL (found) ORDER BY i);
    found := ARRAY(SELECT r.result_id FROM reproq.running r WHERE r.result_id = ANY (open));
    requested := requested || found;
    open := ARRAY(SELECT i FROM unnest(open) i WHERE i <> ALL (found) ORDER BY i);
    found := ARRAY(
      SELECT i FROM unnest(open) i
      WHERE NOT EXISTS (SELECT FROM reproq.task t WHERE t.result_id = i)
        OR EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = i));
    DELETE FROM reproq.cancel_request c WHERE c.result_id = ANY (found);
    over := over || found;
    open := ARRAY(SELECT i FROM unnest(open) i WHERE i <> ALL (found) ORDER BY i);
  END LOOP;
  -- The request of one that kept moving stands: whoever claims it next ends it.
  RETURN QUERY SELECT u.i, CASE WHEN u.i = ANY (cancelled) THEN 'CANCELLED'
    WHEN u.i IS NULL OR u.i = ANY (over) THEN 'NOT_ACTIVE' ELSE 'REQUESTED' END
  FROM unnest(ids) WITH ORDINALITY u (i, ord) ORDER BY u.ord;
END $$;

-- Ends those of `ids` that have not begun, and tells which; rows are locked in the order of ids.
CREATE FUNCTION reproq.cancel_blocked(ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  ended bigint[];
BEGIN
  WITH gone_ready AS (
    DELETE FROM reproq.ready WHERE result_id = ANY (ARRAY(
      SELECT result_id FROM reproq.ready WHERE result_id = ANY (ids) ORDER BY result_id FOR UPDATE))
    RETURNING *
  ),
  gone_deferred AS (
    DELETE FROM reproq.deferred WHERE result_id = ANY (ARRAY(
      SELECT result_id FROM reproq.deferred WHERE result_id = ANY (ids)
      ORDER BY result_id FOR UPDATE))
    RETURNING *
  ),
  gone_parked AS (
    DELETE FROM reproq.parked WHERE result_id = ANY (ARRAY(
      SELECT result_id FROM reproq.parked WHERE result_id = ANY (ids)
      ORDER BY result_id FOR UPDATE))
    RETURNING *
  ),
  gone AS (
    SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
      workers FROM gone_ready
    UNION ALL
    SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
      workers FROM gone_deferred
    UNION ALL
    SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
      workers FROM gone_parked
  ),
  into_finished AS (
    INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts,
      status, queue_name, task_path, started_at, workers)
    SELECT result_id, clock_timestamp(), last_attempted_at, version + 1, attempts, 'CANCELLED',
      queue_name, task_path, started_at, workers
    FROM gone
    RETURNING result_id
  ),
  unmarked AS (
    DELETE FROM reproq.active_hash
    WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
  ),
  forgotten AS (
    DELETE FROM reproq.cancel_request
    WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT t.queue_name, s.status, s.sign * t.tasks
    FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
    CROSS JOIN (VALUES ('READY', -1), ('CANCELLED', 1)) AS s (status, sign)
  )
  SELECT coalesce(array_agg(result_id), '{}') INTO ended FROM into_finished;
  RETURN ended || reproq.cancel_waiting(ids, ended, clock_timestamp());
END $$;

-- Gives failed tasks all their attempts again. A unique one takes the mark of its hash; where a twin
-- has it, the task stays as it is. A member of a workflow whose predecessor has not succeeded stays, too,
-- until that is retried: then it waits again. What it answers has the order of `ids`.
CREATE FUNCTION reproq.retry(ids bigint[], now timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (result_id bigint, answer text, twin_id bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  asked   bigint[];
  blocked bigint[];
  failed  bigint[];
  uniques bigint[];
  hashes  bytea[];
  holders bigint[];
  revived bigint[];
BEGIN
  PERFORM reproq.lock_workflows(ids);
  failed := ARRAY(SELECT f.result_id FROM reproq.finished f
    WHERE f.result_id = ANY (ids) AND f.status = 'FAILED' ORDER BY f.result_id FOR UPDATE);
  asked := failed;
  blocked := ARRAY(SELECT reproq.obstacle(f.id) FROM unnest(asked) WITH ORDINALITY f (id, ord)
    ORDER BY f.ord);
  failed := ARRAY(SELECT f.id FROM unnest(asked, blocked) f (id, obstacle)
    WHERE f.obstacle IS NULL ORDER BY f.id);
  uniques := ARRAY(SELECT t.result_id FROM reproq.task t
    WHERE t.result_id = ANY (failed) AND t.is_unique ORDER BY t.result_id);
  hashes := ARRAY(SELECT coalesce(t.spec_hash, sha256(convert_to(t.spec_json::text, 'UTF8')))
    FROM reproq.task t WHERE t.result_id = ANY (uniques) ORDER BY t.result_id);
  holders := ARRAY(SELECT coalesce(m.holder, f.id) FROM unnest(failed) WITH ORDINALITY f (id, ord)
    LEFT JOIN unnest(uniques, reproq.take_marks(hashes, uniques)) m (id, holder) ON m.id = f.id
    ORDER BY f.ord);
  WITH gone AS (
    DELETE FROM reproq.finished f
    WHERE f.result_id = ANY (ARRAY(
      SELECT u.id FROM unnest(failed, holders) u (id, holder) WHERE u.id = u.holder))
    RETURNING *
  ),
  into_ready AS (
    INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, workers,
      is_tied)
    SELECT g.result_id, reproq.rank_of(t.priority, t.enqueued_at, s.value::bigint), g.version + 1,
      0, g.queue_name, g.task_path, g.workers || g.worker, reproq.is_tied(t.lock_key,
        t.concurrency_key, t.concurrency_limit, t.expires_at, t.workflow_id)
    FROM gone g JOIN reproq.task t ON t.result_id = g.result_id
    JOIN reproq.setting s ON s.name = 'aging_ms'
    WHERE t.result_id = ANY (failed)
  ),
  forgotten AS (
    DELETE FROM reproq.cancel_request WHERE result_id = ANY (ARRAY(SELECT result_id FROM gone))
  )
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT t.queue_name, s.status, s.sign * t.tasks
  FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
  CROSS JOIN (VALUES ('FAILED', -1), ('READY', 1)) AS s (status, sign);
  revived := reproq.revive(ARRAY(
    SELECT u.id FROM unnest(failed, holders) u (id, holder) WHERE u.id = u.holder), now);
  -- What kept one before may have been retried with it, so it is asked again.
  RETURN QUERY SELECT u.i, CASE WHEN h.id = h.holder THEN 'READY'
      WHEN h.id IS NOT NULL THEN 'TWIN_ACTIVE' WHEN u.i = ANY (revived) THEN 'WAITING'
      WHEN b.id IS NOT NULL THEN 'BLOCKED' ELSE 'NOT_FAILED' END,
    coalesce(nullif(h.holder, h.id),
      CASE WHEN h.id IS NULL AND u.i <> ALL (revived) THEN reproq.obstacle(b.id) END)
  FROM unnest(ids) WITH ORDINALITY u (i, ord)
  LEFT JOIN unnest(failed, holders) h (id, holder) ON h.id = u.i
  LEFT JOIN unnest(asked) b (id) ON b.id = u.i
  ORDER BY u.ord;
END $$;

-- Enqueues a task like the one with that id: described alike, unique where it was, but to start at
-- once, never to expire, and in no workflow. No row where there is no such task; where it has a twin,
-- that one's id, and created is false.
CREATE FUNCTION reproq.replay(id bigint) RETURNS TABLE (result_id bigint, created boolean)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  old record;
BEGIN
  SELECT p.*, (SELECT t.is_unique FROM reproq.task t WHERE t.result_id = p.result_id) AS is_unique
  INTO old FROM reproq.task_place p WHERE p.result_id = id;
  IF FOUND THEN
    RETURN QUERY SELECT e.result_id, e.created FROM reproq.enqueue(ARRAY[ROW(old.task_path,
      old.queue_name, old.priority, old.spec_json::text, old.spec_hash, old.max_attempts,
      old.timeout_seconds, old.lock_key, old.concurrency_key, old.concurrency_limit, old.headers,
      old.backend_alias, NULL, NULL)::reproq.new_task], coalesce(old.is_unique, false)) e;
  END IF;
END $$;

-- Gives failed tasks up, and tells which.
CREATE FUNCTION reproq.discard(ids bigint[], now timestamptz DEFAULT clock_timestamp())
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  discarded bigint[];
BEGIN
  WITH failed AS (
    SELECT result_id FROM reproq.finished
    WHERE result_id = ANY (ids) AND status = 'FAILED' ORDER BY result_id FOR UPDATE
  ),
  ended AS (
    UPDATE reproq.finished SET status = 'CANCELLED', version = version + 1,
      last_error = 'discarded', finished_at = discard.now
    WHERE result_id = ANY (ARRAY(SELECT result_id FROM failed)) AND status = 'FAILED'
    RETURNING result_id, attempts, queue_name
  ),
  told AS (
    INSERT INTO reproq.failure (result_id, attempt, kind, message, at)
    SELECT result_id, attempts, 'cancelled', 'discarded', discard.now FROM ended
    ORDER BY result_id
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT t.queue_name, s.status, s.sign * t.tasks
    FROM (SELECT queue_name, count(*) AS tasks FROM ended GROUP BY queue_name) t
    CROSS JOIN (VALUES ('FAILED', -1), ('CANCELLED', 1)) AS s (status, sign)
  )
  SELECT coalesce(array_agg(result_id), '{}') INTO discarded FROM ended;
  RETURN discarded;
END $$;

-- Stops a task. CANCELLED: it had not begun, and is over. REQUESTED: it runs, and its worker will
-- stop it. NOT_ACTIVE: it was over already, or there is none.
CREATE FUNCTION reproq_cancel(result_id bigint) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT c.answer FROM reproq.cancel(ARRAY[reproq_cancel.result_id]) c';
REVOKE ALL ON FUNCTION reproq_cancel(bigint) FROM PUBLIC;

CREATE FUNCTION reproq_cancel(result_ids bigint[]) RETURNS TABLE (result_id bigint, answer text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT * FROM reproq.cancel(result_ids)';
REVOKE ALL ON FUNCTION reproq_cancel(bigint[]) FROM PUBLIC;

-- Gives a failed task all its attempts again. READY: it will run. NOT_FAILED: nothing was done.
CREATE FUNCTION reproq_retry(result_id bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  retried record;
BEGIN
  SELECT * INTO retried FROM reproq.retry(ARRAY[reproq_retry.result_id]);
  IF retried.answer = 'TWIN_ACTIVE' THEN
    RAISE unique_violation USING CONSTRAINT = 'idx_task_runs_spec_unique', MESSAGE = format(
      'task %s stays FAILED: task %s has the same spec_hash and is not over', result_id,
      retried.twin_id), HINT = 'Wait for its end, or cancel it.';
  ELSIF retried.answer = 'BLOCKED' THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format(
      'task %s stays FAILED: it cannot run without task %s, which has not succeeded', result_id,
      retried.twin_id), HINT = format('Retry task %s: this one then waits for it.', retried.twin_id);
  END IF;
  RETURN retried.answer;
END $$;
REVOKE ALL ON FUNCTION reproq_retry(bigint) FROM PUBLIC;

-- The same for many. TWIN_ACTIVE: the task stays FAILED, because `twin_id` has the same spec_hash
-- and is not over. BLOCKED: it stays FAILED, because it cannot run without `twin_id`, which is FAILED
-- or CANCELLED. WAITING: it was so, and waits for what this call has retried.
CREATE FUNCTION reproq_retry(result_ids bigint[])
RETURNS TABLE (result_id bigint, answer text, twin_id bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT * FROM reproq.retry(result_ids)';
REVOKE ALL ON FUNCTION reproq_retry(bigint[]) FROM PUBLIC;

-- Gives a failed task up. CANCELLED: it is so now. NOT_FAILED: nothing was done.
CREATE FUNCTION reproq_discard(result_id bigint) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT CASE reproq.discard(ARRAY[reproq_discard.result_id]) WHEN ''{}'' THEN ''NOT_FAILED''
  ELSE ''CANCELLED'' END';
REVOKE ALL ON FUNCTION reproq_discard(bigint) FROM PUBLIC;

-- Tasks by id: for joins, and fast. It has its caller's rights, so that the planner can look into
-- it; what it names is fixed when it is made. (Drivers split scripts at semicolons, but for those
-- in quotes.)
DO $$ BEGIN
  EXECUTE 'CREATE FUNCTION reproq_get(result_ids bigint[]) RETURNS SETOF task_runs
    LANGUAGE sql STABLE BEGIN ATOMIC
      SELECT r.* FROM task_runs r WHERE r.result_id = ANY (result_ids);
    END';
END $$;
REVOKE ALL ON FUNCTION reproq_get(bigint[]) FROM PUBLIC;
