-- Everything that is only looked at.

-- What hangs on tasks is joined to the few that are shown, and to no others.

-- name: find
SELECT p.*, a.metadata_json, a.logs_uri, a.artifacts_uri
FROM (SELECT * FROM reproq.task_place WHERE result_id = ANY (:ids::bigint[])) p
LEFT JOIN reproq.attachment a ON a.result_id = p.result_id
ORDER BY p.result_id

-- name: list_all
SELECT p.*, a.metadata_json, a.logs_uri, a.artifacts_uri
FROM (SELECT * FROM reproq.task_place WHERE result_id > :after_id
  ORDER BY result_id LIMIT :limit) p
LEFT JOIN reproq.attachment a ON a.result_id = p.result_id
ORDER BY p.result_id

-- name: list_some
SELECT p.*, a.metadata_json, a.logs_uri, a.artifacts_uri
FROM (SELECT * FROM reproq.task_place
  WHERE result_id > :after_id
    AND (:queue_name::text IS NULL OR queue_name = :queue_name::text)
    AND (:task_path::text IS NULL OR task_path = :task_path::text)
    AND (:status::text IS NULL OR status = :status::text)
  ORDER BY result_id LIMIT :limit) p
LEFT JOIN reproq.attachment a ON a.result_id = p.result_id
ORDER BY p.result_id

-- name: failures
SELECT result_id, attempt, kind, exception_class, message, traceback, at, worker_id,
  (more ->> 'failed_result_id')::bigint AS failed_result_id
FROM reproq.failure WHERE result_id = ANY (:ids::bigint[])
ORDER BY failure_id

-- name: counts
SELECT queue_name, status, sum(change)::bigint AS tasks, count(*) AS changes
FROM reproq.counter_delta GROUP BY queue_name, status

-- name: workers
SELECT w.*, (SELECT count(*) FROM reproq.running r WHERE r.worker = w.number) AS running
FROM reproq.worker w WHERE NOT w.dead
ORDER BY w.worker_id COLLATE "C", w.incarnation

-- name: cancel_requests
-- Nearly always there is no request at all.
SELECT r.result_id FROM reproq.cancel_request c
JOIN reproq.running r ON r.result_id = c.result_id
JOIN reproq.worker w ON w.number = r.worker
WHERE w.incarnation = :incarnation

-- name: next_due
-- Until the next deferred task is due, in microseconds; no row when none is deferred.
SELECT (extract(epoch FROM d.run_after - coalesce(:now::timestamptz, clock_timestamp()))
  * 1000000)::bigint AS wait
FROM reproq.deferred d ORDER BY d.run_after, d.result_id LIMIT 1

-- name: sightings
-- At least one row, which also tells how long it is until the next deferred task is due, whether any
-- is ready, and whether there is something to sweep: a task that is expired, or parked under a key.
-- Advisory locks are read where everybody can see them, never tried: who tries a lock may get it
-- for many other reasons than the holder's death.
WITH held AS MATERIALIZED (
  SELECT (l.classid::bigint << 32) | l.objid::bigint AS key
  FROM pg_locks l
  WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT w.incarnation, w.worker_id, w.beat, w.lease, w.heartbeat, w.dead,
  w.leased_until <= coalesce(:now::timestamptz, clock_timestamp()) AS lease_expired,
  CASE WHEN w.server_started IS DISTINCT FROM pg_postmaster_start_time() THEN 'UNKNOWN'
    WHEN w.lock_key IN (SELECT key FROM held) THEN 'HELD'
    ELSE 'GONE' END AS holder,
  due.next_due, due.has_ready, due.has_mess
FROM (SELECT EXISTS (SELECT FROM reproq.ready) AS has_ready,
  EXISTS (SELECT FROM reproq.parked p WHERE p.parked_key >= 'lock:' AND p.parked_key < 'lock;')
    OR EXISTS (SELECT FROM reproq.parked p WHERE p.parked_key >= 'slot:' AND p.parked_key < 'slot;')
    OR EXISTS (SELECT FROM reproq.expiry e
      WHERE e.expires_at <= coalesce(:now::timestamptz, clock_timestamp())
        AND NOT EXISTS (SELECT FROM reproq.running r WHERE r.result_id = e.result_id)) AS has_mess, (
  SELECT (extract(epoch FROM d.run_after - coalesce(:now::timestamptz, clock_timestamp()))
    * 1000000)::bigint
  FROM reproq.deferred d ORDER BY d.run_after, d.result_id LIMIT 1) AS next_due) due
LEFT JOIN reproq.worker w ON w.incarnation <> :observer

-- name: blocked
-- Counts each kind of key up to :most: an index is read so far and no further.
SELECT (SELECT count(*) FROM (SELECT 1 FROM reproq.parked
    WHERE parked_key >= 'lock:' AND parked_key < 'lock;' LIMIT :most) AS l)
  + (SELECT count(*) FROM (SELECT 1 FROM reproq.parked
    WHERE parked_key >= 'slot:' AND parked_key < 'slot;' LIMIT :most) AS s) AS tasks
