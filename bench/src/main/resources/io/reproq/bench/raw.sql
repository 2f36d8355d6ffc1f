-- The least that must be written about a task, in the tables of the store itself: what the raw loop
-- runs, by one connection, in transactions of the size that the store's have.

-- name: settings
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 4000

-- name: begin
BEGIN IMMEDIATE

-- name: commit
COMMIT

-- name: insert_task
INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
  timeout_seconds, concurrency_limit, enqueued_at)
VALUES (:result_id, 'bench.noop', 'default', 0, :spec_json, '', 3, 900, 0, :enqueued_at)

-- name: insert_ready
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts)
SELECT result_id, queue_name, task_path, enqueued_at / 1000, 1, 0
FROM task WHERE result_id >= :first_id

-- name: claim
INSERT INTO running (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, incarnation, claim_number)
SELECT result_id, queue_name, task_path, rank, 2, 1, :now, :now, '["raw"]', zeroblob(16), 1
FROM ready WHERE queue_name = 'default' ORDER BY rank, result_id LIMIT :limit

-- name: leave_ready
DELETE FROM ready WHERE result_id IN (SELECT result_id FROM running)

-- name: read_claimed
SELECT r.result_id, t.spec_json
FROM running r CROSS JOIN task t ON t.result_id = r.result_id

-- name: finish
INSERT INTO finished (result_id, queue_name, task_path, status, version, attempts, started_at,
  last_attempted_at, worker_ids, finished_at, incarnation, claim_number, return_json)
SELECT result_id, queue_name, task_path, 'SUCCESSFUL', 3, 1, started_at, last_attempted_at,
  worker_ids, :now, incarnation, claim_number, 'null'
FROM running

-- name: leave_running
-- EXISTS and not IN: with IN every row of finished would be looked for in running.
DELETE FROM running
WHERE EXISTS (SELECT 1 FROM finished f WHERE f.result_id = running.result_id)
