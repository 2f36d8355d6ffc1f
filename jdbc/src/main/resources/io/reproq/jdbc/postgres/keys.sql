-- Keys and the ends of times to start, as far as the engine's statements about tasks do not see to
-- them.

-- name: pass_keys
SELECT reproq.pass_keys(:keys::text[]) AS promoted

-- name: keys_of
-- What tasks that were ended without ever being claimed may have been promoted for.
SELECT unnest(reproq.keys_of(:ids::bigint[])) AS key

-- name: sweep_keys
SELECT last_key, promoted FROM reproq.sweep_keys(:after, 200)

-- name: expiring
-- What runs goes on: its time to start is only looked at again when it would be started again.
SELECT e.result_id FROM reproq.expiry e
WHERE e.expires_at <= coalesce(:now::timestamptz, clock_timestamp())
  AND NOT EXISTS (SELECT FROM reproq.running r WHERE r.result_id = e.result_id)
ORDER BY e.expires_at, e.result_id LIMIT 1000

-- name: lock_workflows
-- Comes before their members' rows, none of which is waited for.
SELECT reproq.lock_workflows(:ids::bigint[]) AS members

-- name: tell_workflows
SELECT reproq.tell_workflows(:ids::bigint[], coalesce(:now::timestamptz, clock_timestamp()))
  AS promoted

-- name: expire
-- Ends those of the expired tasks that are in no attempt. Whoever moves one right now does so in
-- peace: the next sweep finds it where it went.
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now
),
due AS MATERIALIZED (
  SELECT t.result_id FROM reproq.task t CROSS JOIN clock c
  WHERE t.result_id = ANY (:ids::bigint[]) AND t.expires_at <= c.now
),
gone_ready AS (
  DELETE FROM reproq.ready WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.ready WHERE result_id = ANY (ARRAY(SELECT result_id FROM due))
    ORDER BY result_id FOR UPDATE SKIP LOCKED))
  RETURNING *
),
gone_deferred AS (
  DELETE FROM reproq.deferred WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.deferred WHERE result_id = ANY (ARRAY(SELECT result_id FROM due))
    ORDER BY result_id FOR UPDATE SKIP LOCKED))
  RETURNING *
),
gone_parked AS (
  DELETE FROM reproq.parked WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.parked WHERE result_id = ANY (ARRAY(SELECT result_id FROM due))
    ORDER BY result_id FOR UPDATE SKIP LOCKED))
  RETURNING *
),
gone_waiting AS (
  DELETE FROM reproq.waiting WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.waiting WHERE result_id = ANY (ARRAY(SELECT result_id FROM due))
    ORDER BY result_id FOR UPDATE SKIP LOCKED))
  RETURNING *
),
gone AS (
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers, 'READY' AS status FROM gone_ready
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers, 'READY' FROM gone_deferred
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers, 'READY' FROM gone_parked
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers, 'WAITING' FROM gone_waiting
),
into_finished AS (
  INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts, status,
    queue_name, task_path, last_error, started_at, workers)
  SELECT g.result_id, c.now, g.last_attempted_at, g.version + 1, g.attempts, 'CANCELLED',
    g.queue_name, g.task_path, :message, g.started_at, g.workers
  FROM gone g CROSS JOIN clock c
  RETURNING result_id, attempts
),
told AS (
  INSERT INTO reproq.failure (result_id, attempt, kind, message, at)
  SELECT f.result_id, f.attempts, 'expired', :message, c.now
  FROM into_finished f CROSS JOIN clock c ORDER BY f.result_id
),
unmarked AS (
  DELETE FROM reproq.active_hash WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
forgotten AS (
  DELETE FROM reproq.cancel_request
  WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, status, -count(*) FROM gone GROUP BY queue_name, status
  UNION ALL
  SELECT queue_name, 'CANCELLED', count(*) FROM gone GROUP BY queue_name
)
SELECT result_id FROM into_finished ORDER BY result_id

-- name: forget_expiries
-- Of tasks that are over, however they ended.
DELETE FROM reproq.expiry e
WHERE e.result_id = ANY (:ids::bigint[])
  AND (EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = e.result_id)
    OR NOT EXISTS (SELECT FROM reproq.task t WHERE t.result_id = e.result_id))
