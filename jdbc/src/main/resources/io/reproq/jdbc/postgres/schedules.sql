-- Everything about schedules. :now is null where the database's clock decides.

-- name: clock
SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now

-- name: all_schedules
SELECT * FROM reproq.periodic_task ORDER BY name COLLATE "C"

-- name: schedule
SELECT * FROM reproq.periodic_task WHERE name = :name

-- name: schedule_locked
SELECT * FROM reproq.periodic_task WHERE name = :name FOR UPDATE

-- name: due_schedules
-- One that failed rests; a change wakes it, because it forgets the failure.
SELECT * FROM reproq.periodic_task
WHERE enabled AND (next_run_at IS NULL OR next_run_at <= :now::timestamptz)
  AND (last_error_at IS NULL OR last_error_at <= :tried_before::timestamptz)
ORDER BY next_run_at NULLS FIRST, name LIMIT :limit

-- name: next_due
SELECT min(next_run_at) AS next_due FROM reproq.periodic_task
WHERE enabled AND next_run_at > :now::timestamptz

-- name: insert_schedule
INSERT INTO reproq.periodic_task (name, cron_expr, time_zone, task_path, payload_json, queue_name,
  priority, max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit, overlap,
  catch_up, enabled, next_run_at, created_at, updated_at)
VALUES (:name, :cron_expr, :time_zone, :task_path, :payload_json::jsonb, :queue_name, :priority,
  :max_attempts, :timeout_micros::bigint / 1e6, :lock_key, :concurrency_key, :concurrency_limit,
  :overlap, :catch_up, :enabled, :next_run_at::timestamptz, :now::timestamptz, :now::timestamptz)
ON CONFLICT DO NOTHING

-- name: update_schedule
UPDATE reproq.periodic_task SET cron_expr = :cron_expr, time_zone = :time_zone,
  task_path = :task_path, payload_json = :payload_json::jsonb, queue_name = :queue_name,
  priority = :priority, max_attempts = :max_attempts,
  timeout_seconds = :timeout_micros::bigint / 1e6, lock_key = :lock_key,
  concurrency_key = :concurrency_key, concurrency_limit = :concurrency_limit, overlap = :overlap,
  catch_up = :catch_up, enabled = :enabled, next_run_at = :next_run_at::timestamptz,
  updated_at = :now::timestamptz, last_error = NULL, last_error_at = NULL, version = version + 1
WHERE name = :name

-- name: enable_schedule
UPDATE reproq.periodic_task SET enabled = :enabled, next_run_at = :next_run_at::timestamptz,
  updated_at = :now::timestamptz, last_error = NULL, last_error_at = NULL, version = version + 1
WHERE name = :name

-- name: remove_schedule
DELETE FROM reproq.periodic_task WHERE name = :name

-- name: move_on
-- Only what is as it was read: of several schedulers one gets the row.
UPDATE reproq.periodic_task SET next_run_at = :next_run_at::timestamptz, last_error = NULL,
  last_error_at = NULL, version = version + 1
WHERE name = :name AND version = :version AND enabled
  AND next_run_at IS NOT DISTINCT FROM :seen_next_run_at::timestamptz

-- name: is_open
SELECT reproq.is_periodic_task_open(:name) AS is_open

-- name: enter_ticks
INSERT INTO reproq.periodic_tick (name, scheduled_at)
SELECT :name, t.at FROM unnest(:ticks::timestamptz[]) AS t (at)
ON CONFLICT DO NOTHING RETURNING scheduled_at

-- name: name_tasks
UPDATE reproq.periodic_tick k SET result_id = u.result_id
FROM unnest(:ticks::timestamptz[], :ids::bigint[]) AS u (scheduled_at, result_id)
WHERE k.name = :name AND k.scheduled_at = u.scheduled_at

-- name: note_run
UPDATE reproq.periodic_task SET last_run_at = :last_run_at::timestamptz, version = version + 1
WHERE name = :name

-- name: forget_ticks
-- But for those whose tasks are not over.
DELETE FROM reproq.periodic_tick k
WHERE k.name = :name AND k.scheduled_at < :forget_before::timestamptz
  AND (k.result_id IS NULL
    OR EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = k.result_id)
    OR NOT EXISTS (SELECT FROM reproq.task t WHERE t.result_id = k.result_id))

-- name: note_failure
UPDATE reproq.periodic_task SET last_error = :reason, last_error_at = :now::timestamptz,
  version = version + 1
WHERE name = :name AND version = :version
