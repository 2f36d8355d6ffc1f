-- What an operator does about failed tasks, and about those that are to be run anew.

-- name: failed
SELECT f.queue_name, f.attempts, t.spec_hash, t.is_unique
FROM finished f JOIN task t ON t.result_id = f.result_id
WHERE f.result_id = :result_id AND f.status = 'FAILED'

-- name: restart
-- From the start: only what went wrong, and where, stays told.
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, worker_ids, is_tied)
SELECT f.result_id, f.queue_name, f.task_path, r.rank, f.version + 1, 0, f.worker_ids, r.is_tied
FROM finished f JOIN task_rank r ON r.result_id = f.result_id
WHERE f.result_id = :result_id

-- name: leave_finished
DELETE FROM finished WHERE result_id = :result_id

-- name: forget_request
DELETE FROM cancel_request WHERE result_id = :result_id

-- name: give_up
UPDATE finished SET status = 'CANCELLED', version = version + 1, last_error = :last_error,
  finished_at = :now
WHERE result_id = :result_id

-- name: replayable
SELECT queue_name, spec_hash, is_unique FROM task WHERE result_id = :result_id

-- name: replay
INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
  timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, enqueued_at,
  backend_alias, is_unique)
SELECT :new_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
  timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, :now,
  backend_alias, is_unique
FROM task WHERE result_id = :result_id

-- name: newest
SELECT result_id FROM task WHERE spec_hash = :spec_hash ORDER BY result_id DESC LIMIT 1

-- name: newest_failed
-- By its index whatever is asked for beside: it has the order, and failed tasks only.
SELECT result_id FROM finished INDEXED BY finished_failed_at
WHERE status = 'FAILED' AND (finished_at, result_id) < (:failed_at, :before_id)
  AND (:queue_name IS NULL OR queue_name = :queue_name)
  AND (:task_path IS NULL OR task_path = :task_path)
ORDER BY finished_at DESC, result_id DESC LIMIT :limit
