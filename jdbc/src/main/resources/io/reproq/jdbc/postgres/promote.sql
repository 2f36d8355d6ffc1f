-- Back to ready: what is due, and what waited for a worker.

-- name: promote
WITH due AS MATERIALIZED (
  SELECT d.result_id, d.run_after FROM reproq.deferred d
  WHERE d.run_after <= coalesce(:now::timestamptz, clock_timestamp())
  ORDER BY d.run_after, d.result_id LIMIT :limit FOR UPDATE SKIP LOCKED
),
doomed AS MATERIALIZED (
  SELECT c.result_id FROM reproq.cancel_request c
  WHERE c.result_id = ANY (ARRAY(SELECT result_id FROM due))
),
gone AS (
  DELETE FROM reproq.deferred WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM due WHERE result_id NOT IN (SELECT result_id FROM doomed)))
  RETURNING *
),
into_ready AS (
  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied
  FROM gone
)
SELECT (SELECT count(*) FROM gone) AS promoted, ARRAY(SELECT result_id FROM doomed) AS doomed

-- name: unpark
-- Back to ready with what waited for a worker like this one, or for a token: the best of each queue
-- and key, and of the queues those first that are asked first, as far as there is room for the key.
WITH gone AS (
  DELETE FROM reproq.parked WHERE ctid = ANY (ARRAY(
    SELECT p.address
    FROM unnest(:keys::text[], :rooms::integer[]) AS k (key, room)
    CROSS JOIN LATERAL (
      SELECT p.address
      FROM unnest(:queues::text[], :quotas::integer[]) AS q (queue_name, quota)
      CROSS JOIN LATERAL (
        SELECT ctid AS address FROM reproq.parked
        WHERE parked_key = k.key COLLATE "C" AND queue_name = q.queue_name
        ORDER BY rank, result_id LIMIT least(q.quota, k.room) FOR UPDATE SKIP LOCKED) p
      LIMIT k.room) p))
  RETURNING *
)
INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
  last_attempted_at, workers, is_tied)
SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
  last_attempted_at, workers, is_tied
FROM gone
