-- Everything that is only looked at.

-- name: find
SELECT p.*, EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = p.result_id)
  AS cancel_requested, (SELECT a.metadata_json FROM attachment a WHERE a.result_id = p.result_id)
  AS metadata_json, (SELECT a.logs_uri FROM attachment a WHERE a.result_id = p.result_id) AS logs_uri
FROM task_place p WHERE p.result_id IN (SELECT value FROM json_each(:ids))
ORDER BY p.result_id

-- Four lists, because an index is used only for what is asked for without an OR.

-- name: list_all
SELECT p.*, EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = p.result_id)
  AS cancel_requested, (SELECT a.metadata_json FROM attachment a WHERE a.result_id = p.result_id)
  AS metadata_json, (SELECT a.logs_uri FROM attachment a WHERE a.result_id = p.result_id) AS logs_uri
FROM task_place p
WHERE p.result_id > :after_id
ORDER BY p.result_id LIMIT :limit

-- name: list_status
SELECT p.*, EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = p.result_id)
  AS cancel_requested, (SELECT a.metadata_json FROM attachment a WHERE a.result_id = p.result_id)
  AS metadata_json, (SELECT a.logs_uri FROM attachment a WHERE a.result_id = p.result_id) AS logs_uri
FROM task_place p
WHERE p.result_id > :after_id AND p.status = :status
ORDER BY p.result_id LIMIT :limit

-- name: list_queue
SELECT p.*, EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = p.result_id)
  AS cancel_requested, (SELECT a.metadata_json FROM attachment a WHERE a.result_id = p.result_id)
  AS metadata_json, (SELECT a.logs_uri FROM attachment a WHERE a.result_id = p.result_id) AS logs_uri
FROM task_place p
WHERE p.result_id > :after_id AND p.queue_name = :queue_name
  AND (:status IS NULL OR p.status = :status)
ORDER BY p.result_id LIMIT :limit

-- name: list_path
SELECT p.*, EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = p.result_id)
  AS cancel_requested, (SELECT a.metadata_json FROM attachment a WHERE a.result_id = p.result_id)
  AS metadata_json, (SELECT a.logs_uri FROM attachment a WHERE a.result_id = p.result_id) AS logs_uri
FROM task_place p
WHERE p.result_id > :after_id AND p.task_path = :task_path
  AND (:queue_name IS NULL OR p.queue_name = :queue_name)
  AND (:status IS NULL OR p.status = :status)
ORDER BY p.result_id LIMIT :limit

-- name: failures
SELECT result_id, attempt, kind, exception_class, message, traceback, at, worker_id,
  failed_result_id
FROM failure WHERE result_id IN (SELECT value FROM json_each(:ids))
ORDER BY failure_id

-- name: counts
SELECT queue_name, status, tasks FROM counter WHERE tasks > 0

-- name: workers
SELECT w.*, (SELECT count(*) FROM running r WHERE r.incarnation = w.incarnation) AS running
FROM worker w WHERE NOT w.dead
ORDER BY w.worker_id, w.incarnation

-- name: sightings
SELECT incarnation, beat, leased_until, lease, heartbeat, process, dead FROM worker

-- name: cancel_requests
SELECT c.result_id FROM cancel_request c CROSS JOIN running r ON r.result_id = c.result_id
WHERE r.incarnation = :incarnation

-- name: look
-- When the next deferred task is due, and whether there is something to sweep.
SELECT (SELECT min(run_after) FROM deferred) AS run_after,
  EXISTS (SELECT 1 FROM parked WHERE parked_key >= 'lock:' AND parked_key < 'lock;')
  OR EXISTS (SELECT 1 FROM parked WHERE parked_key >= 'slot:' AND parked_key < 'slot;')
  OR EXISTS (SELECT 1 FROM expiry e WHERE e.expires_at <= :now
    AND NOT EXISTS (SELECT 1 FROM running r WHERE r.result_id = e.result_id)) AS has_mess

-- name: blocked
-- Counts each kind of key up to :most: an index is read so far and no further.
SELECT (SELECT count(*) FROM (SELECT 1 FROM parked
    WHERE parked_key >= 'lock:' AND parked_key < 'lock;' LIMIT :most) l)
  + (SELECT count(*) FROM (SELECT 1 FROM parked
    WHERE parked_key >= 'slot:' AND parked_key < 'slot;' LIMIT :most) s) AS tasks
