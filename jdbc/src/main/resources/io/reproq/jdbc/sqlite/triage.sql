-- What an operator does about failed tasks.

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
