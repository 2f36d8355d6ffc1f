-- Everything that is written about tasks, in the order of a task's life.
--
-- A transition deletes a row from one place and inserts it into the next. There is one writer at a
-- time, so nothing comes between the two.
-- Lists of ids come as a JSON array.

-- name: reserve_ids
-- The ids up to the answer are the caller's: task_enqueue's own sequence has moved on.
UPDATE sqlite_sequence SET seq = seq + :count WHERE name = 'task_enqueue' RETURNING seq

-- name: insert_task
INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
  timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, enqueued_at,
  expires_at, is_unique)
VALUES (:result_id, :task_path, :queue_name, :priority, :spec_json, :spec_hash, :max_attempts,
  CAST(:timeout_micros AS REAL) / 1000000, :lock_key, :concurrency_key, :concurrency_limit,
  :headers, :enqueued_at, :expires_at, :is_unique)

-- name: mark_active
INSERT INTO active_hash (result_id, spec_hash) VALUES (:result_id, :spec_hash)
ON CONFLICT (spec_hash) DO NOTHING

-- name: active_twin
SELECT result_id FROM active_hash WHERE spec_hash = :spec_hash

-- name: insert_new_deferred
INSERT INTO deferred (result_id, queue_name, task_path, rank, version, attempts, run_after, is_tied)
SELECT result_id, queue_name, task_path, rank, 1, 0, :run_after, is_tied
FROM task_rank WHERE result_id = :result_id

-- name: insert_new_ready
-- All of a batch at once: its ids lie together, and what is not deferred is ready.
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, is_tied)
SELECT r.result_id, r.queue_name, r.task_path, r.rank, 1, 0, r.is_tied
FROM task_rank r
WHERE r.result_id BETWEEN :first_id AND :last_id
  AND NOT EXISTS (SELECT 1 FROM deferred d WHERE d.result_id = r.result_id)

-- name: count_tasks
UPDATE counter SET tasks = tasks + :change WHERE queue_name = :queue_name AND status = :status

-- name: count_first_tasks
-- No upsert does for both: the CHECK would refuse a negative change before it is added.
INSERT INTO counter (queue_name, status, tasks) VALUES (:queue_name, :status, :change)

-- name: living_worker
-- Also which queues are paused, as a JSON array.
SELECT worker_id,
  (SELECT json_group_array(queue_name) FROM reproq_queue_controls WHERE paused) AS paused
FROM worker WHERE incarnation = :incarnation AND NOT dead

-- name: listed_paths
-- What other workers handle.
SELECT DISTINCT h.value AS task_path
FROM worker w CROSS JOIN json_each(w.handles) h
WHERE NOT w.dead AND w.incarnation <> :incarnation

-- name: path_keys
-- The keys of tasks that wait for a handler, each found by one step into the index: a plain
-- DISTINCT would read every parked task at every claim.
WITH RECURSIVE step (key) AS (
  SELECT min(parked_key) FROM parked WHERE parked_key >= 'path:' AND parked_key < 'path;'
  UNION ALL
  SELECT (SELECT min(parked_key) FROM parked
    WHERE parked_key > step.key AND parked_key < 'path;')
  FROM step WHERE step.key IS NOT NULL
)
SELECT key FROM step WHERE key IS NOT NULL

-- name: parked_candidates
SELECT result_id, rank FROM parked
WHERE parked_key = :parked_key AND queue_name = :queue_name
ORDER BY rank, result_id LIMIT :limit

-- name: ready_ranks
SELECT result_id, rank FROM ready
WHERE queue_name = :queue_name
ORDER BY rank, result_id LIMIT :limit

-- name: unpark_insert
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts, started_at,
  last_attempted_at, worker_ids, is_tied
FROM parked WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: unpark_delete
DELETE FROM parked WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: claim_candidates
-- LEFT JOIN: a task whose description is missing is claimed too, and then fails.
SELECT r.result_id, r.rank, r.task_path, r.attempts, r.is_tied, t.spec_json, t.headers,
  t.enqueued_at, t.lock_key, t.concurrency_key, coalesce(t.concurrency_limit, 0) AS concurrency_limit, t.expires_at,
  c.result_id IS NOT NULL AS cancel_requested
FROM ready r
LEFT JOIN task t ON t.result_id = r.result_id
LEFT JOIN cancel_request c ON c.result_id = r.result_id
WHERE r.queue_name = :queue_name
ORDER BY r.rank, r.result_id LIMIT :limit

-- name: claim_insert
INSERT INTO running (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, incarnation, claim_number)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts + 1,
  coalesce(started_at, :now), :now,
  CASE WHEN worker_ids IS NULL THEN json_array(:worker_id)
    ELSE json_insert(worker_ids, '$[#]', :worker_id) END,
  is_tied,
  :incarnation, :claim_number
FROM json_each(:ids) i CROSS JOIN ready r ON r.result_id = i.value

-- name: leave_ready
DELETE FROM ready WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: park_by_path
INSERT INTO parked (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, parked_key)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, 'path:' || task_path
FROM ready WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: park_by_key
INSERT INTO parked (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, parked_key)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, :parked_key
FROM ready WHERE result_id = :result_id

-- name: settle_successes
-- :settled is a JSON array of [result_id, claim_number, returned text], all of one worker. Inserts what
-- the attempts hold; their rows in running go with the next statements. A settlement that stands in
-- the batch twice meets its own row.
INSERT INTO finished (result_id, queue_name, task_path, status, version, attempts, started_at,
  last_attempted_at, worker_ids, finished_at, incarnation, claim_number, return_json)
SELECT r.result_id, r.queue_name, r.task_path, 'SUCCESSFUL', r.version + 1, r.attempts, r.started_at,
  r.last_attempted_at, r.worker_ids, :now, r.incarnation, r.claim_number, s.value ->> 2
FROM json_each(:settled) s CROSS JOIN running r ON r.result_id = s.value ->> 0
WHERE r.incarnation = :incarnation AND r.claim_number = s.value ->> 1
ON CONFLICT (result_id) DO NOTHING

-- name: just_finished_by_queue
-- A row in running beside one in finished is one that was copied just now.
SELECT r.queue_name, count(*) AS tasks, max(r.is_tied) AS is_tied
FROM json_each(:ids) i
CROSS JOIN running r ON r.result_id = i.value
CROSS JOIN finished f ON f.result_id = r.result_id
GROUP BY r.queue_name

-- name: leave_running_just_finished
DELETE FROM running
WHERE result_id IN (SELECT value FROM json_each(:ids))
  AND EXISTS (SELECT 1 FROM finished f WHERE f.result_id = running.result_id)

-- name: forget_active
DELETE FROM active_hash
WHERE result_id IN (SELECT value FROM json_each(:ids))
  AND EXISTS (SELECT 1 FROM finished f WHERE f.result_id = active_hash.result_id)

-- name: forget_cancel_requests
DELETE FROM cancel_request
WHERE result_id IN (SELECT value FROM json_each(:ids))
  AND EXISTS (SELECT 1 FROM finished f WHERE f.result_id = cancel_request.result_id)

-- name: settled_before
-- Only a settlement leaves its claim in finished, so this is the attempt's own end.
SELECT status, attempts FROM finished
WHERE result_id = :result_id AND incarnation = :incarnation AND claim_number = :claim_number

-- name: take_claimed
DELETE FROM running
WHERE result_id = :result_id AND incarnation = :incarnation AND claim_number = :claim_number
RETURNING result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied

-- name: take_ready
DELETE FROM ready WHERE result_id = :result_id
RETURNING result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied

-- name: take_deferred
DELETE FROM deferred WHERE result_id = :result_id
RETURNING result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied

-- name: take_parked
DELETE FROM parked WHERE result_id = :result_id
RETURNING result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied

-- name: take_waiting
DELETE FROM waiting WHERE result_id = :result_id
RETURNING result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied

-- name: put_ready
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied)
VALUES (:result_id, :queue_name, :task_path, :rank, :version, :attempts, :started_at,
  :last_attempted_at, :worker_ids, :is_tied)

-- name: put_deferred
INSERT INTO deferred (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, run_after)
VALUES (:result_id, :queue_name, :task_path, :rank, :version, :attempts, :started_at,
  :last_attempted_at, :worker_ids, :is_tied, :run_after)

-- name: put_parked
INSERT INTO parked (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, parked_key)
VALUES (:result_id, :queue_name, :task_path, :rank, :version, :attempts, :started_at,
  :last_attempted_at, :worker_ids, :is_tied, :parked_key)

-- name: put_finished
INSERT INTO finished (result_id, queue_name, task_path, status, version, attempts, started_at,
  last_attempted_at, worker_ids, finished_at, incarnation, claim_number, last_error)
VALUES (:result_id, :queue_name, :task_path, :status, :version, :attempts, :started_at,
  :last_attempted_at, :worker_ids, :finished_at, :incarnation, :claim_number, :last_error)

-- name: insert_failure
INSERT INTO failure (result_id, attempt, kind, exception_class, message, traceback, at, started_at,
  worker_id)
VALUES (:result_id, :attempt, :kind, :exception_class, :message, :traceback, :at, :started_at,
  :worker_id)

-- name: is_cancel_requested
SELECT count(*) AS requests FROM cancel_request WHERE result_id = :result_id

-- name: request_cancel
-- Only for a running task; the request stands until the task is over.
INSERT INTO cancel_request (result_id, requested_at)
SELECT result_id, :now FROM running WHERE result_id = :result_id
ON CONFLICT (result_id) DO UPDATE SET requested_at = requested_at

-- name: due
SELECT d.result_id, c.result_id IS NOT NULL AS cancel_requested
FROM deferred d
LEFT JOIN cancel_request c ON c.result_id = d.result_id
WHERE d.run_after <= :now
ORDER BY d.run_after, d.result_id LIMIT :limit

-- name: promote_insert
INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts, started_at,
  last_attempted_at, worker_ids, is_tied
FROM deferred WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: promote_delete
DELETE FROM deferred WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: next_due
SELECT min(run_after) AS run_after FROM deferred

-- name: join_worker
INSERT INTO worker (incarnation, worker_id, hostname, concurrency, queues, handles, lease,
  heartbeat, version, process, started_at, last_seen_at, leased_until, beat)
VALUES (:incarnation, :worker_id, :hostname, :concurrency, :queues, :handles, :lease, :heartbeat,
  :version, :process, :now, :now, :leased_until, 0)
ON CONFLICT (incarnation) DO NOTHING

-- name: renew_worker
UPDATE worker SET beat = beat + 1, last_seen_at = :now, leased_until = :now + lease
WHERE incarnation = :incarnation AND NOT dead

-- name: mark_dead
-- Only while the beat that was judged still stands: a worker that was heard of since lives.
UPDATE worker SET dead = 1 WHERE incarnation = :incarnation AND beat = :beat

-- name: dead_workers
SELECT incarnation, worker_id FROM worker WHERE dead

-- name: held_by
-- What a worker holds, with its description, for a retry policy, and the wish to stop it.
SELECT r.result_id, r.claim_number, r.attempts, t.spec_json,
  c.result_id IS NOT NULL AS cancel_requested
FROM running r
LEFT JOIN task t ON t.result_id = r.result_id
LEFT JOIN cancel_request c ON c.result_id = r.result_id
WHERE r.incarnation = :incarnation
ORDER BY r.result_id

-- name: claims_of
SELECT result_id, claim_number, attempts FROM running WHERE incarnation = :incarnation

-- name: delete_worker
DELETE FROM worker WHERE incarnation = :incarnation

-- name: aging
SELECT CAST(value AS INTEGER) AS aging_ms FROM setting WHERE name = 'aging_ms'

-- name: set_aging
UPDATE setting SET value = CAST(:aging_ms AS TEXT) WHERE name = 'aging_ms'

-- name: rerank
-- Another aging gives every task that can still be claimed another rank.
UPDATE ready SET rank = (SELECT r.rank FROM task_rank r WHERE r.result_id = ready.result_id);
UPDATE deferred SET rank = (SELECT r.rank FROM task_rank r WHERE r.result_id = deferred.result_id);
UPDATE parked SET rank = (SELECT r.rank FROM task_rank r WHERE r.result_id = parked.result_id);
UPDATE waiting SET rank = (SELECT r.rank FROM task_rank r WHERE r.result_id = waiting.result_id);
UPDATE running SET rank = (SELECT r.rank FROM task_rank r WHERE r.result_id = running.result_id)

-- name: floors
-- The id of the oldest of each status that is kept; none where there are not as many.
SELECT (SELECT result_id FROM finished WHERE status = 'SUCCESSFUL'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep - 1) AS successful,
  (SELECT result_id FROM finished WHERE status = 'FAILED'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep - 1) AS failed,
  (SELECT result_id FROM finished WHERE status = 'CANCELLED'
    ORDER BY result_id DESC LIMIT 1 OFFSET :keep - 1) AS cancelled

-- name: prunable
SELECT result_id, queue_name, status FROM finished
WHERE result_id > :after_id AND finished_at <= :cutoff
  AND status IN (SELECT value FROM json_each(:statuses))
  AND result_id < CASE status WHEN 'SUCCESSFUL' THEN :successful_below
    WHEN 'FAILED' THEN :failed_below ELSE :cancelled_below END
  AND (:expired_only = 0 OR EXISTS (SELECT 1 FROM failure e
    WHERE e.result_id = finished.result_id AND e.kind = 'expired'))
  -- A member stays until its workflow has nothing unfinished, and no failed task that somebody may
  -- retry depends on it.
  AND NOT EXISTS (
    SELECT 1 FROM task t CROSS JOIN workflow w ON w.workflow_id = t.workflow_id
    WHERE t.result_id = finished.result_id
      AND (w.success_count + w.failure_count < w.expected_count
        OR EXISTS (SELECT 1 FROM task c WHERE c.result_id = w.callback_result_id
          AND NOT EXISTS (SELECT 1 FROM finished f WHERE f.result_id = c.result_id))))
  AND NOT EXISTS (
    SELECT 1 FROM dependency d CROSS JOIN finished f ON f.result_id = d.dependant_id
    WHERE d.result_id = finished.result_id AND f.status = 'FAILED')
ORDER BY result_id LIMIT :limit

-- name: prune_finished
DELETE FROM finished WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: prune_failures
DELETE FROM failure WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: prune_keys
DELETE FROM task_key WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: prune_tasks
DELETE FROM task WHERE result_id IN (SELECT value FROM json_each(:ids))
