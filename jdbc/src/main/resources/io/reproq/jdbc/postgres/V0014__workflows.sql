-- Workflows: tasks that wait for each other, and what the end of one means for the others.
--
-- Old workers: must be stopped; they would not tell a workflow of its members' ends.
-- Lock: reproq.task is locked against writers while one index on it is made, which reads it once.
--
-- Locks are taken in this order, so that nobody waits in a circle: rows of ready, deferred, parked
-- and running; workflows, sorted; waiting. Whoever changes a row of waiting has its workflow's row
-- first, so below that nobody comes in between. Rows of finished are locked after workflows.

-- How far a workflow has come; a callback is not among the counts. Half of each page is left free,
-- because nearly every write is an update. on_failure: what is enqueued when it fails, an object
-- with the spec's text, headers and, in microseconds after that, delay and life.
CREATE TABLE reproq.workflow (
  workflow_id        uuid        NOT NULL PRIMARY KEY,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL,
  callback_result_id bigint,
  expected_count     integer     NOT NULL CHECK (expected_count >= 0),
  success_count      integer     NOT NULL DEFAULT 0 CHECK (success_count >= 0),
  failure_count      integer     NOT NULL DEFAULT 0 CHECK (failure_count >= 0),
  status             text        NOT NULL
    CHECK (status IN ('RUNNING', 'WAITING_CALLBACK', 'SUCCESSFUL', 'FAILED')),
  on_failure         json,
  CHECK (success_count + failure_count <= expected_count)
) WITH (fillfactor = 50);

-- dependant_id starts when result_id has succeeded, and all else that it depends on.
CREATE TABLE reproq.dependency (
  dependant_id bigint NOT NULL,
  result_id    bigint NOT NULL,
  PRIMARY KEY (dependant_id, result_id)
);
CREATE INDEX dependency_result ON reproq.dependency (result_id, dependant_id);

CREATE INDEX task_workflow ON reproq.task (workflow_id, result_id) WHERE workflow_id IS NOT NULL;

-- Until when it must not start even if nothing keeps it.
ALTER TABLE reproq.waiting ADD COLUMN run_after timestamptz;

-- What a workflow has come to, which is never remembered but only counted.
CREATE FUNCTION reproq.workflow_status(expected integer, successes integer, failures integer,
  callback bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  ended text := (SELECT f.status FROM reproq.finished f WHERE f.result_id = callback);
BEGIN
  RETURN CASE WHEN failures > 0 OR ended IN ('FAILED', 'CANCELLED') THEN 'FAILED'
    WHEN successes < expected THEN 'RUNNING'
    WHEN callback IS NULL OR ended = 'SUCCESSFUL' THEN 'SUCCESSFUL'
    ELSE 'WAITING_CALLBACK' END;
END $$;

-- Locks the workflows of `ids`, and tells those of `ids` that belong to one.
CREATE FUNCTION reproq.lock_workflows(ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  members bigint[];
  flows   uuid[];
BEGIN
  SELECT array_agg(t.result_id ORDER BY t.result_id), array_agg(DISTINCT t.workflow_id)
  INTO members, flows
  FROM reproq.task t WHERE t.result_id = ANY (ids) AND t.workflow_id IS NOT NULL;
  IF members IS NULL THEN
    RETURN '{}';
  END IF;
  PERFORM FROM reproq.workflow w WHERE w.workflow_id = ANY (flows)
  ORDER BY w.workflow_id FOR UPDATE;
  RETURN members;
END $$;

-- Counts `succeeded` off what depends on them, each row once, and moves what waits for nothing more.
-- Their workflows are locked. Returns how many tasks are ready now.
CREATE FUNCTION reproq.release(succeeded bigint[], now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  freed integer;
BEGIN
  WITH fewer AS MATERIALIZED (
    SELECT d.dependant_id, count(*)::integer AS successes
    FROM reproq.dependency d WHERE d.result_id = ANY (succeeded) GROUP BY d.dependant_id
  ),
  counted_down AS (
    UPDATE reproq.waiting w SET wait_count = w.wait_count - f.successes
    FROM fewer f
    WHERE w.result_id = ANY (ARRAY(SELECT dependant_id FROM fewer))
      AND w.result_id = f.dependant_id AND w.wait_count > f.successes
  ),
  gone AS (
    DELETE FROM reproq.waiting w USING fewer f
    WHERE w.result_id = ANY (ARRAY(SELECT dependant_id FROM fewer))
      AND w.result_id = f.dependant_id AND w.wait_count <= f.successes
    RETURNING w.*
  ),
  into_ready AS (
    INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path,
      started_at, last_attempted_at, workers, is_tied)
    SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
      last_attempted_at, workers, is_tied
    FROM gone WHERE run_after IS NULL OR run_after <= release.now
  ),
  into_deferred AS (
    INSERT INTO reproq.deferred (result_id, rank, version, attempts, queue_name, task_path,
      started_at, last_attempted_at, workers, is_tied, run_after)
    SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
      last_attempted_at, workers, is_tied, run_after
    FROM gone WHERE run_after > release.now
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT t.queue_name, s.status, s.sign * t.tasks
    FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
    CROSS JOIN (VALUES ('WAITING', -1), ('READY', 1)) AS s (status, sign)
  )
  SELECT count(*) INTO freed FROM gone WHERE run_after IS NULL OR run_after <= release.now;
  RETURN freed;
END $$;

-- Ends all that cannot run without one of `failed`, at any depth, and tells which. Their workflows
-- are locked. What waits no more has nothing behind it that waits.
CREATE FUNCTION reproq.strand(failed bigint[], now timestamptz) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  stranded bigint[];
BEGIN
  WITH RECURSIVE doomed (result_id, failed_id) AS (
    SELECT * FROM (
      SELECT d.dependant_id, min(d.result_id) FROM reproq.dependency d
      WHERE d.result_id = ANY (failed)
        AND EXISTS (SELECT FROM reproq.waiting w WHERE w.result_id = d.dependant_id)
      GROUP BY d.dependant_id) direct
    UNION
    SELECT d.dependant_id, x.failed_id FROM doomed x
    JOIN reproq.dependency d ON d.result_id = x.result_id
    WHERE EXISTS (SELECT FROM reproq.waiting w WHERE w.result_id = d.dependant_id)
  ),
  root AS MATERIALIZED (
    SELECT x.result_id, min(x.failed_id) AS failed_id FROM doomed x GROUP BY x.result_id
  ),
  gone AS (
    DELETE FROM reproq.waiting WHERE result_id = ANY (ARRAY(SELECT result_id FROM root))
    RETURNING *
  ),
  into_finished AS (
    INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts,
      status, queue_name, task_path, last_error, started_at, workers)
    SELECT result_id, strand.now, last_attempted_at, version + 1, attempts, 'FAILED', queue_name,
      task_path, 'workflow_failed: Workflow failed due to task failure', started_at, workers
    FROM gone
    RETURNING result_id
  ),
  told AS (
    INSERT INTO reproq.failure (result_id, attempt, kind, message, at, more)
    SELECT r.result_id, 0, 'workflow_failed', 'Workflow failed due to task failure', strand.now,
      jsonb_build_object('failed_result_id', r.failed_id)
    FROM gone g JOIN root r ON r.result_id = g.result_id ORDER BY r.result_id
  ),
  forgotten AS (
    DELETE FROM reproq.cancel_request
    WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT t.queue_name, s.status, s.sign * t.tasks
    FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
    CROSS JOIN (VALUES ('WAITING', -1), ('FAILED', 1)) AS s (status, sign)
  )
  SELECT coalesce(array_agg(result_id ORDER BY result_id), '{}') INTO stranded FROM into_finished;
  RETURN stranded;
END $$;

-- Writes tasks into their places, those with a wait_count into waiting. Returns how many are ready.
CREATE FUNCTION reproq.insert_members(ids bigint[], tasks reproq.new_task[], wait_counts integer[],
  parents bigint[], flow uuid, now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  aging integer := (SELECT s.value FROM reproq.setting s WHERE s.name = 'aging_ms');
  ready integer;
BEGIN
  WITH sent AS MATERIALIZED (
    SELECT n.*, reproq.rank_of(n.priority, insert_members.now, aging) AS rank,
      reproq.is_tied(n.lock_key, n.concurrency_key, n.concurrency_limit, n.expires_at, flow)
        AS is_tied,
      CASE WHEN n.wait_count > 0 THEN 'waiting'
        WHEN n.run_after > insert_members.now THEN 'deferred' ELSE 'ready' END AS place
    FROM ROWS FROM (unnest(tasks), unnest(ids), unnest(wait_counts), unnest(parents))
      AS n (task_path, queue_name, priority, spec, spec_hash, max_attempts, timeout_seconds,
        lock_key, concurrency_key, concurrency_limit, headers, backend_alias, run_after,
        expires_at, result_id, wait_count, parent_id)
  ),
  into_task AS (
    INSERT INTO reproq.task (result_id, enqueued_at, timeout_seconds, priority, max_attempts,
      concurrency_limit, spec_json, spec_hash, lock_key, concurrency_key, headers, backend_alias,
      expires_at, parent_id, workflow_id)
    SELECT result_id, insert_members.now, timeout_seconds, priority, max_attempts,
      concurrency_limit, spec::json, nullif(spec_hash, sha256(convert_to(spec, 'UTF8'))), lock_key,
      concurrency_key, headers, nullif(backend_alias, 'default'), expires_at, parent_id, flow
    FROM sent
  ),
  into_ready AS (
    INSERT INTO reproq.ready (result_id, queue_name, task_path, rank, version, attempts, is_tied)
    SELECT result_id, queue_name, task_path, rank, 1, 0, is_tied FROM sent WHERE place = 'ready'
  ),
  into_deferred AS (
    INSERT INTO reproq.deferred (result_id, queue_name, task_path, rank, version, attempts, is_tied,
      run_after)
    SELECT result_id, queue_name, task_path, rank, 1, 0, is_tied, run_after
    FROM sent WHERE place = 'deferred'
  ),
  into_waiting AS (
    INSERT INTO reproq.waiting (result_id, queue_name, task_path, rank, version, attempts, is_tied,
      run_after, wait_count)
    SELECT result_id, queue_name, task_path, rank, 1, 0, is_tied, run_after, wait_count
    FROM sent WHERE place = 'waiting'
  ),
  into_expiry AS (
    INSERT INTO reproq.expiry (result_id, expires_at)
    SELECT result_id, expires_at FROM sent WHERE expires_at IS NOT NULL
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT queue_name, CASE place WHEN 'waiting' THEN 'WAITING' ELSE 'READY' END, count(*)
    FROM sent GROUP BY 1, 2
  )
  SELECT count(*) INTO ready FROM sent WHERE place = 'ready';
  RETURN ready;
END $$;

-- Enqueues what a workflow asked for in case it fails. A task without arguments is told as named
-- ones what its headers tell in any case; without arguments its text has those characters once.
CREATE FUNCTION reproq.enqueue_on_failure(flow uuid, failed bigint, now timestamptz)
RETURNS void LANGUAGE plpgsql VOLATILE SET extra_float_digits = 1 AS $$
DECLARE
  wish   json := (SELECT w.on_failure FROM reproq.workflow w WHERE w.workflow_id = flow);
  text   text := wish ->> 'spec';
  spec   jsonb := text::jsonb;
  notice text := format('"failed_result_id":%s,"workflow_id":"%s"', failed, flow);
BEGIN
  IF spec -> 'args' = '[]' AND spec -> 'kwargs' = '{}'
    AND spec #> '{exec,with_results}' IS DISTINCT FROM 'true' THEN
    text := replace(text, '"kwargs":{},"lock_key":', '"kwargs":{' || notice || '},"lock_key":');
  END IF;
  PERFORM reproq.insert_members(ARRAY[nextval('reproq.task_id')], ARRAY[reproq.new_task(spec, text,
      NULL, (coalesce(nullif((wish -> 'headers')::jsonb, 'null'), '{}') || ('{' || notice || '}')::jsonb)::json,
      NULL, coalesce((wish ->> 'run_after')::timestamptz,
        now + (wish ->> 'delay')::bigint * interval '1 microsecond'),
      coalesce((wish ->> 'expires_at')::timestamptz,
        now + (wish ->> 'life')::bigint * interval '1 microsecond'))],
    '{0}', ARRAY[NULL::bigint], NULL, now);
END $$;

-- Tells the workflows of their members that this transaction has put into finished. Each workflow
-- and each row of waiting is written once, whatever the number of members. VOLATILE, so that each
-- statement sees what the waits before it were for. Returns how many tasks are ready for it.
CREATE FUNCTION reproq.tell_workflows(ended bigint[], now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  members  bigint[] := reproq.lock_workflows(ended);
  good     bigint[];
  bad      bigint[];
  stranded bigint[] := '{}';
  freed    integer := 0;
  watched  uuid[] := '{}';
BEGIN
  IF members = '{}' THEN
    RETURN 0;
  END IF;
  SELECT coalesce(array_agg(f.result_id) FILTER (WHERE f.status = 'SUCCESSFUL'), '{}'),
    coalesce(array_agg(f.result_id) FILTER (WHERE f.status <> 'SUCCESSFUL'), '{}')
  INTO good, bad FROM reproq.finished f WHERE f.result_id = ANY (members);
  IF bad <> '{}' THEN
    stranded := reproq.strand(bad, now);
    watched := ARRAY(SELECT w.workflow_id FROM reproq.workflow w
      WHERE w.workflow_id IN (SELECT t.workflow_id FROM reproq.task t
          WHERE t.result_id = ANY (bad))
        AND w.on_failure IS NOT NULL AND w.status <> 'FAILED');
  END IF;
  IF good <> '{}' THEN
    freed := reproq.release(good, now);
  END IF;
  PERFORM reproq.count_ends(good, bad || stranded, now);
  IF watched <> '{}' THEN
    PERFORM reproq.enqueue_on_failure(n.workflow_id, n.failed_id, now)
    FROM (SELECT t.workflow_id, min(t.result_id) AS failed_id FROM reproq.task t
      WHERE t.result_id = ANY (bad) AND t.workflow_id = ANY (watched) GROUP BY t.workflow_id) n;
    freed := freed + 1;
  END IF;
  RETURN freed;
END $$;

-- Adds ends of members to the counts of their workflows, which are locked; each is written once.
CREATE FUNCTION reproq.count_ends(good bigint[], bad bigint[], now timestamptz) RETURNS void
LANGUAGE sql VOLATILE AS $$
  UPDATE reproq.workflow w SET updated_at = count_ends.now,
    success_count = w.success_count + n.successes,
    failure_count = w.failure_count + n.failures,
    status = reproq.workflow_status(w.expected_count, w.success_count + n.successes,
      w.failure_count + n.failures, w.callback_result_id)
  FROM (
    SELECT t.workflow_id,
      (count(*) FILTER (WHERE e.is_good AND NOT e.is_callback))::integer AS successes,
      (count(*) FILTER (WHERE NOT e.is_good AND NOT e.is_callback))::integer AS failures
    FROM reproq.task t
    CROSS JOIN LATERAL (SELECT t.result_id = ANY (good) AS is_good,
      EXISTS (SELECT FROM reproq.workflow c WHERE c.workflow_id = t.workflow_id
        AND c.callback_result_id = t.result_id) AS is_callback) e
    WHERE t.result_id = ANY (good || bad)
    GROUP BY t.workflow_id) n
  WHERE w.workflow_id = n.workflow_id
$$;

-- Counts the ends of all members of `flows` anew.
CREATE FUNCTION reproq.recount_workflows(flows uuid[], now timestamptz) RETURNS void
LANGUAGE sql VOLATILE AS $$
  UPDATE reproq.workflow w SET updated_at = recount_workflows.now,
    success_count = n.successes, failure_count = n.failures,
    status = reproq.workflow_status(w.expected_count, n.successes, n.failures,
      w.callback_result_id)
  FROM (
    SELECT c.workflow_id,
      (count(*) FILTER (WHERE f.status = 'SUCCESSFUL'))::integer AS successes,
      (count(*) FILTER (WHERE f.status <> 'SUCCESSFUL'))::integer AS failures
    FROM reproq.workflow c
    LEFT JOIN reproq.task t ON t.workflow_id = c.workflow_id
      AND t.result_id IS DISTINCT FROM c.callback_result_id
    LEFT JOIN reproq.finished f ON f.result_id = t.result_id
    WHERE c.workflow_id = ANY (flows)
    GROUP BY c.workflow_id) n
  WHERE w.workflow_id = n.workflow_id
$$;

-- Ends those of `ids` that wait, and tells the workflows of these and of `ended`, which the same
-- transaction has ended before. Workflows are locked in between: after rows that others lock before
-- them, before those of waiting. Returns the waiting ones.
CREATE FUNCTION reproq.cancel_waiting(ids bigint[], ended bigint[], now timestamptz)
RETURNS bigint[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  members   bigint[] := reproq.lock_workflows(ids || ended);
  cancelled bigint[];
BEGIN
  IF members = '{}' THEN
    RETURN '{}';
  END IF;
  WITH gone AS (
    DELETE FROM reproq.waiting WHERE result_id = ANY (members) AND result_id = ANY (ids)
    RETURNING *
  ),
  into_finished AS (
    INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts,
      status, queue_name, task_path, started_at, workers)
    SELECT result_id, cancel_waiting.now, last_attempted_at, version + 1, attempts, 'CANCELLED',
      queue_name, task_path, started_at, workers
    FROM gone
    RETURNING result_id
  ),
  forgotten AS (
    DELETE FROM reproq.cancel_request
    WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT t.queue_name, s.status, s.sign * t.tasks
    FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
    CROSS JOIN (VALUES ('WAITING', -1), ('CANCELLED', 1)) AS s (status, sign)
  )
  SELECT coalesce(array_agg(result_id), '{}') INTO cancelled FROM into_finished;
  PERFORM reproq.tell_workflows(ended || cancelled, now);
  RETURN cancelled;
END $$;

-- The task without which `id` cannot run and that is FAILED or CANCELLED by itself, null when there
-- is none.
CREATE FUNCTION reproq.obstacle(id bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  WITH RECURSIVE up (result_id, depth) AS (
    SELECT obstacle.id, 0
    UNION
    SELECT p.result_id, u.depth + 1 FROM up u CROSS JOIN LATERAL (
      SELECT d.result_id FROM reproq.dependency d
      JOIN reproq.finished f ON f.result_id = d.result_id
      WHERE d.dependant_id = u.result_id AND f.status <> 'SUCCESSFUL'
      ORDER BY d.result_id LIMIT 1) p
  )
  SELECT u.result_id FROM up u WHERE u.depth > 0 ORDER BY u.depth DESC LIMIT 1
$$;

-- Makes wait again what failed for want of `retried`, at any depth, unless something else keeps it
-- from ever running. Their workflows are locked. Tells which.
CREATE FUNCTION reproq.revive(retried bigint[], now timestamptz) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  front   bigint[] := retried;
  revived bigint[] := '{}';
BEGIN
  LOOP
    WITH candidate AS MATERIALIZED (
      SELECT DISTINCT d.dependant_id FROM reproq.dependency d WHERE d.result_id = ANY (front)
    ),
    free AS MATERIALIZED (
      SELECT c.dependant_id FROM candidate c
      WHERE NOT EXISTS (
        SELECT FROM reproq.dependency d JOIN reproq.finished f ON f.result_id = d.result_id
        WHERE d.dependant_id = c.dependant_id AND f.status <> 'SUCCESSFUL')
    ),
    gone AS (
      DELETE FROM reproq.finished WHERE result_id = ANY (ARRAY(SELECT dependant_id FROM free))
        AND status = 'FAILED'
      RETURNING *
    ),
    into_waiting AS (
      INSERT INTO reproq.waiting (result_id, rank, version, attempts, queue_name, task_path,
        workers, is_tied, wait_count)
      SELECT g.result_id, reproq.rank_of(t.priority, t.enqueued_at, s.value::bigint),
        g.version + 1, 0, g.queue_name, g.task_path, g.workers || g.worker, true,
        (SELECT count(*) FROM reproq.dependency d
          JOIN reproq.task o ON o.result_id = d.result_id
          WHERE d.dependant_id = g.result_id AND NOT EXISTS (
            SELECT FROM reproq.finished f WHERE f.result_id = d.result_id))
      FROM gone g JOIN reproq.task t ON t.result_id = g.result_id
      JOIN reproq.setting s ON s.name = 'aging_ms'
    ),
    counted AS (
      INSERT INTO reproq.counter_delta (queue_name, status, change)
      SELECT t.queue_name, s.status, s.sign * t.tasks
      FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
      CROSS JOIN (VALUES ('FAILED', -1), ('WAITING', 1)) AS s (status, sign)
    )
    SELECT coalesce(array_agg(result_id), '{}') INTO front FROM gone;
    EXIT WHEN front = '{}';
    revived := revived || front;
  END LOOP;
  PERFORM reproq.recount_workflows(ARRAY(SELECT DISTINCT t.workflow_id FROM reproq.task t
    WHERE t.result_id = ANY (retried) AND t.workflow_id IS NOT NULL), now);
  RETURN revived;
END $$;

-- Whether nobody will ask for a member that is over any more: its workflow has nothing unfinished,
-- and no failed task that somebody may retry depends on it.
CREATE FUNCTION reproq.may_forget(id bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN NOT EXISTS (
      SELECT FROM reproq.task t JOIN reproq.workflow w ON w.workflow_id = t.workflow_id
      WHERE t.result_id = id AND (w.success_count + w.failure_count < w.expected_count
        OR EXISTS (SELECT FROM reproq.task c WHERE c.result_id = w.callback_result_id
          AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = c.result_id))))
    AND NOT EXISTS (
      SELECT FROM reproq.dependency d JOIN reproq.finished f ON f.result_id = d.dependant_id
      WHERE d.result_id = id AND f.status = 'FAILED');
END $$;

-- Deletes what hangs on members that this transaction has deleted, and their workflows with the
-- last of each. The lock is for somebody else who deletes the others right now.
CREATE FUNCTION reproq.forget_members(ids bigint[], flows uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM FROM reproq.workflow w WHERE w.workflow_id = ANY (flows)
  ORDER BY w.workflow_id FOR UPDATE;
  DELETE FROM reproq.dependency WHERE dependant_id = ANY (ids);
  DELETE FROM reproq.dependency WHERE result_id = ANY (ids);
  DELETE FROM reproq.workflow w WHERE w.workflow_id = ANY (flows)
    AND NOT EXISTS (SELECT FROM reproq.task t WHERE t.workflow_id = w.workflow_id);
END $$;
