-- Everything about schedules. Times are microseconds here, and text in the table, which is public.

-- name: all_schedules
SELECT * FROM periodic_row ORDER BY name

-- name: schedule
SELECT * FROM periodic_row WHERE name = :name

-- name: due_schedules
-- One that failed rests; a change wakes it, because it forgets the failure.
SELECT * FROM periodic_row
WHERE enabled AND (next_run_micros IS NULL OR next_run_micros <= :now)
  AND (last_error_micros IS NULL OR last_error_micros <= :tried_before)
ORDER BY next_run_micros, name LIMIT :limit

-- name: next_due
SELECT min(next_run_micros) AS next_due FROM periodic_row WHERE enabled AND next_run_micros > :now

-- name: put_schedule
INSERT INTO periodic_tasks (name, cron_expr, time_zone, task_path, payload_json, queue_name,
  priority, max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit, overlap,
  catch_up, enabled, next_run_at, created_at, updated_at)
VALUES (:name, :cron_expr, :time_zone, :task_path, :payload_json, :queue_name, :priority,
  :max_attempts, CAST(:timeout_micros AS REAL) / 1000000, :lock_key, :concurrency_key,
  :concurrency_limit, :overlap, :catch_up, :enabled, :next_run_at, :now, :now)
ON CONFLICT (name) DO UPDATE SET cron_expr = excluded.cron_expr, time_zone = excluded.time_zone,
  task_path = excluded.task_path, payload_json = excluded.payload_json,
  queue_name = excluded.queue_name, priority = excluded.priority,
  max_attempts = excluded.max_attempts, timeout_seconds = excluded.timeout_seconds,
  lock_key = excluded.lock_key, concurrency_key = excluded.concurrency_key,
  concurrency_limit = excluded.concurrency_limit, overlap = excluded.overlap,
  catch_up = excluded.catch_up, enabled = excluded.enabled, next_run_at = excluded.next_run_at,
  updated_at = excluded.updated_at, last_error = NULL, last_error_at = NULL, version = version + 1

-- name: enable_schedule
UPDATE periodic_tasks SET enabled = :enabled, next_run_at = :next_run_at, updated_at = :now,
  last_error = NULL, last_error_at = NULL, version = version + 1
WHERE name = :name

-- name: remove_schedule
DELETE FROM periodic_tasks WHERE name = :name

-- name: move_on
-- Only what is as it was read: of several schedulers one gets the row.
UPDATE periodic_tasks SET next_run_at = :next_run_at, last_error = NULL, last_error_at = NULL,
  version = version + 1
WHERE name = :name AND version = :version AND enabled

-- name: is_open
SELECT count(*) AS open FROM periodic_tick k JOIN task t ON t.result_id = k.result_id
WHERE k.name = :name AND NOT EXISTS (SELECT 1 FROM finished f WHERE f.result_id = k.result_id)

-- name: enter_tick
INSERT INTO periodic_tick (name, scheduled_at) VALUES (:name, :scheduled_at)
ON CONFLICT DO NOTHING

-- name: name_task
UPDATE periodic_tick SET result_id = :result_id
WHERE name = :name AND scheduled_at = :scheduled_at

-- name: note_run
UPDATE periodic_tasks SET last_run_at = :last_run_at, version = version + 1 WHERE name = :name

-- name: forget_ticks
-- But for those whose tasks are not over.
DELETE FROM periodic_tick
WHERE name = :name AND scheduled_at < :forget_before
  AND (result_id IS NULL
    OR EXISTS (SELECT 1 FROM finished f WHERE f.result_id = periodic_tick.result_id)
    OR NOT EXISTS (SELECT 1 FROM task t WHERE t.result_id = periodic_tick.result_id))

-- name: note_failure
UPDATE periodic_tasks SET last_error = :reason, last_error_at = :now, version = version + 1
WHERE name = :name AND version = :version
