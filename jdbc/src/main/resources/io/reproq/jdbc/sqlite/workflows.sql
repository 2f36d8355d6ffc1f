-- Workflows. There is one writer at a time, so nothing comes between two statements.
-- Lists of ids come as a JSON array.

-- name: insert_workflow
INSERT INTO workflow (workflow_id, expected_count, callback_result_id, status, created_at,
  updated_at, failure_spec, failure_headers, failure_start, failure_delay, failure_expiry,
  failure_life)
VALUES (:workflow_id, :expected_count, :callback_result_id, :status, :now, :now, :failure_spec,
  :failure_headers, :failure_start, :failure_delay, :failure_expiry, :failure_life)

-- name: join_workflow
-- Before the task has a place: its rank's row tells that it is tied.
UPDATE task SET workflow_id = :workflow_id, parent_id = :parent_id WHERE result_id = :result_id

-- name: insert_waiting
INSERT INTO waiting (result_id, queue_name, task_path, rank, version, attempts, is_tied, run_after,
  wait_count)
SELECT result_id, queue_name, task_path, rank, 1, 0, is_tied, :run_after, :wait_count
FROM task_rank WHERE result_id = :result_id

-- name: insert_ready
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, is_tied)
SELECT result_id, queue_name, task_path, rank, 1, 0, is_tied
FROM task_rank WHERE result_id = :result_id

-- name: insert_dependencies
INSERT INTO dependency (dependant_id, result_id)
SELECT :dependant_id, value FROM json_each(:ids)

-- name: ended_members
SELECT f.result_id, f.status, t.workflow_id
FROM json_each(:ids) i CROSS JOIN task t ON t.result_id = i.value
CROSS JOIN finished f ON f.result_id = t.result_id
WHERE t.workflow_id IS NOT NULL

-- name: tied_among
SELECT r.result_id FROM json_each(:ids) i CROSS JOIN running r ON r.result_id = i.value
CROSS JOIN finished f ON f.result_id = r.result_id
WHERE r.is_tied

-- name: freed_by
SELECT d.dependant_id, count(*) AS successes
FROM json_each(:ids) i CROSS JOIN dependency d ON d.result_id = i.value
GROUP BY d.dependant_id

-- name: count_down
UPDATE waiting SET wait_count = wait_count - :successes
WHERE result_id = :result_id AND wait_count > :successes

-- name: earliest_start
SELECT run_after FROM waiting WHERE result_id = :result_id

-- name: doomed_by
-- All that cannot run without one of these, at any depth. What waits no more has nothing behind it
-- that waits.
WITH RECURSIVE doomed (result_id, failed_id) AS (
  SELECT * FROM (
    SELECT d.dependant_id, min(d.result_id)
    FROM json_each(:ids) i CROSS JOIN dependency d ON d.result_id = i.value
    WHERE EXISTS (SELECT 1 FROM waiting w WHERE w.result_id = d.dependant_id)
    GROUP BY d.dependant_id)
  UNION
  SELECT d.dependant_id, x.failed_id
  FROM doomed x CROSS JOIN dependency d ON d.result_id = x.result_id
  WHERE EXISTS (SELECT 1 FROM waiting w WHERE w.result_id = d.dependant_id)
)
SELECT result_id, min(failed_id) AS failed_id FROM doomed GROUP BY result_id ORDER BY result_id

-- name: blame
UPDATE failure SET failed_result_id = :failed_id
WHERE failure_id = (SELECT max(failure_id) FROM failure WHERE result_id = :result_id)

-- name: find_workflow
SELECT w.*, (SELECT f.status FROM finished f WHERE f.result_id = w.callback_result_id)
  AS callback_status
FROM workflow w WHERE w.workflow_id = :workflow_id

-- name: write_workflow
UPDATE workflow SET success_count = :successes, failure_count = :failures, status = :status,
  updated_at = :now
WHERE workflow_id = :workflow_id

-- name: count_members
SELECT count(f.result_id) FILTER (WHERE f.status = 'SUCCESSFUL') AS successes,
  count(f.result_id) FILTER (WHERE f.status <> 'SUCCESSFUL') AS failures
FROM task t CROSS JOIN finished f ON f.result_id = t.result_id
WHERE t.workflow_id = :workflow_id AND t.result_id IS NOT :callback_result_id

-- name: workflow_of
SELECT workflow_id FROM task WHERE result_id = :result_id AND workflow_id IS NOT NULL

-- name: obstacle
-- The task without which this one cannot run and that is FAILED or CANCELLED by itself.
WITH RECURSIVE up (result_id, depth) AS (
  SELECT :result_id, 0
  UNION
  SELECT (SELECT d.result_id FROM dependency d CROSS JOIN finished f ON f.result_id = d.result_id
    WHERE d.dependant_id = up.result_id AND f.status <> 'SUCCESSFUL' ORDER BY d.result_id LIMIT 1),
    up.depth + 1
  FROM up WHERE up.result_id IS NOT NULL
)
SELECT result_id FROM up WHERE depth > 0 AND result_id IS NOT NULL ORDER BY depth DESC LIMIT 1

-- name: revivable
SELECT DISTINCT d.dependant_id AS result_id, x.queue_name
FROM json_each(:ids) i CROSS JOIN dependency d ON d.result_id = i.value
CROSS JOIN finished x ON x.result_id = d.dependant_id
WHERE x.status = 'FAILED' AND NOT EXISTS (
  SELECT 1 FROM dependency o CROSS JOIN finished f ON f.result_id = o.result_id
  WHERE o.dependant_id = d.dependant_id AND f.status <> 'SUCCESSFUL')
ORDER BY d.dependant_id

-- name: revive
INSERT INTO waiting (result_id, queue_name, task_path, rank, version, attempts, worker_ids, is_tied,
  wait_count)
SELECT f.result_id, f.queue_name, f.task_path, r.rank, f.version + 1, 0, f.worker_ids, r.is_tied,
  (SELECT count(*) FROM dependency d CROSS JOIN task t ON t.result_id = d.result_id
    WHERE d.dependant_id = f.result_id
      AND NOT EXISTS (SELECT 1 FROM finished o WHERE o.result_id = d.result_id))
FROM finished f JOIN task_rank r ON r.result_id = f.result_id
WHERE f.result_id = :result_id

-- name: leave_finished
DELETE FROM finished WHERE result_id = :result_id

-- name: results
SELECT f.return_json FROM dependency d CROSS JOIN finished f ON f.result_id = d.result_id
WHERE d.dependant_id = :result_id AND f.status = 'SUCCESSFUL'
ORDER BY d.result_id

-- name: untold_members
SELECT result_id FROM untold_member ORDER BY result_id LIMIT 1000

-- name: forget_untold
DELETE FROM untold_member WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: workflows_among
SELECT DISTINCT workflow_id FROM task
WHERE result_id IN (SELECT value FROM json_each(:ids)) AND workflow_id IS NOT NULL

-- name: forget_as_dependants
DELETE FROM dependency WHERE dependant_id IN (SELECT value FROM json_each(:ids))

-- name: forget_as_predecessors
DELETE FROM dependency WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: forget_workflows
DELETE FROM workflow WHERE workflow_id IN (SELECT value FROM json_each(:workflows))
  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.workflow_id = workflow.workflow_id)
