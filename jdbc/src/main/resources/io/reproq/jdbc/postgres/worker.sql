-- Everything that is written about workers.

-- name: name_worker
INSERT INTO reproq.worker_name (incarnation, worker_id) VALUES (:incarnation, :worker_id)
ON CONFLICT DO NOTHING

-- name: numbers
SELECT incarnation, number FROM reproq.worker_name WHERE incarnation = ANY (:incarnations::uuid[])

-- name: join_worker
INSERT INTO reproq.worker (incarnation, number, worker_id, hostname, concurrency, queues, handles,
  lease, heartbeat, version, lock_key, server_started, started_at, last_seen_at, leased_until, beat)
SELECT n.incarnation, n.number, n.worker_id, :hostname, :concurrency, :queues::text[],
  :handles::text[], :lease::bigint, :heartbeat, :version, :lock_key, :server_started::timestamptz,
  c.now, c.now, c.now + :lease::bigint * interval '1 microsecond', 0
FROM reproq.worker_name n
CROSS JOIN (SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now) c
WHERE n.incarnation = :incarnation

-- name: renew_worker
-- No row: the worker is gone. A row without a task: it lives and holds nothing.
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now
),
renewed AS (
  UPDATE reproq.worker w SET beat = w.beat + 1, last_seen_at = c.now,
    leased_until = c.now + w.lease * interval '1 microsecond'
  FROM clock c
  WHERE w.incarnation = :incarnation AND NOT w.dead
  RETURNING w.number
)
SELECT r.result_id, r.claim_number, r.attempts
FROM renewed w LEFT JOIN reproq.running r ON r.worker = w.number

-- name: mark_dead
-- Only while the beat that was judged still stands: a worker that was heard of since lives. FOR
-- UPDATE waits for claims under way, which an UPDATE alone would not.
UPDATE reproq.worker SET dead = true WHERE incarnation = ANY (ARRAY(
  SELECT w.incarnation FROM reproq.worker w
  WHERE w.incarnation = :incarnation AND w.beat = :beat AND NOT w.dead FOR UPDATE))

-- name: mark_leaving
UPDATE reproq.worker SET dead = true WHERE incarnation = ANY (ARRAY(
  SELECT w.incarnation FROM reproq.worker w WHERE w.incarnation = :incarnation FOR UPDATE))

-- name: lock_dead
SELECT worker_id FROM reproq.worker WHERE incarnation = :incarnation AND dead FOR UPDATE

-- name: strike_out
DELETE FROM reproq.worker w
WHERE w.incarnation = :incarnation AND w.dead
  AND NOT EXISTS (SELECT FROM reproq.running r WHERE r.worker = w.number)
