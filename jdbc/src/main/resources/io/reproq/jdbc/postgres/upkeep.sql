-- What a database needs beside the life of its tasks: counters, order, partitions, retention.

-- name: fold_counters
-- Puts many changes into one row for each queue and status. Readers see the rows before or the row
-- after, never both.
WITH gone AS (
  DELETE FROM reproq.counter_delta WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM reproq.counter_delta LIMIT 20000 FOR UPDATE SKIP LOCKED))
  RETURNING *
)
INSERT INTO reproq.counter_delta (queue_name, status, change)
SELECT queue_name, status, sum(change) FROM gone
GROUP BY queue_name, status HAVING sum(change) <> 0

-- name: aging
SELECT value::bigint AS aging_ms FROM reproq.setting WHERE name = 'aging_ms'

-- name: set_aging
-- Also locks the setting, so that two processes change it one after the other.
UPDATE reproq.setting SET value = :aging_ms::bigint::text WHERE name = 'aging_ms'

-- name: rerank_ready
UPDATE reproq.ready p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_deferred
UPDATE reproq.deferred p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_parked
UPDATE reproq.parked p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_waiting
UPDATE reproq.waiting p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: floors
-- The id of the oldest of each status that is kept; none where there are not as many. The status is
-- a literal, so that the index of what did not succeed serves.
SELECT (SELECT result_id FROM reproq.finished WHERE status = 'SUCCESSFUL'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep::bigint - 1) AS successful,
  (SELECT result_id FROM reproq.finished WHERE status = 'FAILED'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep::bigint - 1) AS failed,
  (SELECT result_id FROM reproq.finished WHERE status = 'CANCELLED'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep::bigint - 1) AS cancelled

-- name: prune
-- Finished tasks that are old enough, with all that hangs on them. Members stay as long as their
-- workflow goes on.
WITH old AS MATERIALIZED (
  SELECT f.result_id, f.queue_name, f.status FROM reproq.finished f
  WHERE f.result_id > :after_id AND f.status = ANY (:statuses::text[])
    AND f.finished_at <= coalesce(:now::timestamptz, clock_timestamp())
      - :age::bigint * interval '1 microsecond'
    AND f.result_id < CASE f.status WHEN 'SUCCESSFUL' THEN :successful_below::bigint
      WHEN 'FAILED' THEN :failed_below::bigint ELSE :cancelled_below::bigint END
    AND (NOT :expired_only::boolean OR EXISTS (
      SELECT FROM reproq.failure e WHERE e.result_id = f.result_id AND e.kind = 'expired'))
    AND reproq.may_forget(f.result_id)
  ORDER BY f.result_id LIMIT :limit FOR UPDATE OF f SKIP LOCKED
),
without_ends AS (
  DELETE FROM reproq.finished WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
),
without_failures AS (
  DELETE FROM reproq.failure WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
),
without_attachments AS (
  DELETE FROM reproq.attachment WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
),
without_output AS (
  DELETE FROM reproq.output WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
),
without_keys AS (
  DELETE FROM reproq.task_key WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
),
without_tasks AS (
  DELETE FROM reproq.task WHERE NOT :is_trial
    AND result_id = ANY (ARRAY(SELECT result_id FROM old))
  RETURNING workflow_id
),
-- After the tasks, which it sees no more.
without_workflows AS MATERIALIZED (
  SELECT reproq.forget_members(ARRAY(SELECT result_id FROM old), m.flows)
  FROM (SELECT array_agg(DISTINCT workflow_id) AS flows FROM without_tasks
    WHERE workflow_id IS NOT NULL) m
  WHERE m.flows IS NOT NULL
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, status, -count(*) FROM old WHERE NOT :is_trial GROUP BY queue_name, status
)
SELECT count(*) AS pruned, max(result_id) AS last_id,
  (SELECT count(*) FROM without_workflows) AS forgets
FROM old

-- name: ranges
SELECT low FROM reproq.task_range ORDER BY low

-- name: drop_partition
SELECT reproq.drop_partition(:low, coalesce(:now::timestamptz, clock_timestamp())
  - :age::bigint * interval '1 microsecond', :statuses::text[]) AS dropped

-- name: add_partitions
SELECT reproq.add_partitions() AS made

-- name: vacuum
-- What is emptied as fast as it is filled: dead entries at the head of an index make every claim
-- slower, and the server itself looks only once a minute. Another's vacuum is not waited for.
VACUUM (SKIP_LOCKED, TRUNCATE FALSE) reproq.ready, reproq.running, reproq.active_hash,
  reproq.key_holder, reproq.parked

-- name: stray_requests
SELECT c.result_id FROM reproq.cancel_request c
WHERE NOT EXISTS (SELECT FROM reproq.running r WHERE r.result_id = c.result_id)
LIMIT 1000

-- name: sweep_marks
WITH slice AS MATERIALIZED (
  SELECT result_id FROM reproq.active_hash WHERE result_id > :after_id
  ORDER BY result_id LIMIT 10000
),
gone AS (
  DELETE FROM reproq.active_hash WHERE result_id = ANY (ARRAY(
    SELECT s.result_id FROM slice s JOIN reproq.finished f ON f.result_id = s.result_id))
)
SELECT max(result_id) AS last_id FROM slice
