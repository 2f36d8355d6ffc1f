-- Keys and the ends of times to start. There is one writer at a time, so nobody has to be waited
-- for.

-- name: insert_expiry
INSERT INTO expiry (result_id, expires_at)
SELECT result_id, expires_at FROM task WHERE result_id = :result_id AND expires_at IS NOT NULL

-- name: limits
SELECT lock_key, concurrency_key, concurrency_limit FROM task WHERE result_id = :result_id

-- name: holders
SELECT count(*) AS holders FROM key_holder WHERE key = :key

-- name: first_parked
-- The first of those who wait for a key, over all queues that are not paused: each queue is found by
-- one step into the index.
WITH RECURSIVE step (queue_name) AS (
  SELECT min(queue_name) FROM parked WHERE parked_key = :key
  UNION ALL
  SELECT (SELECT min(queue_name) FROM parked
    WHERE parked_key = :key AND queue_name > step.queue_name)
  FROM step WHERE step.queue_name IS NOT NULL
)
SELECT p.result_id, p.rank, t.lock_key, t.concurrency_key, t.concurrency_limit
FROM step s CROSS JOIN parked p ON p.result_id = (
  SELECT result_id FROM parked WHERE parked_key = :key AND queue_name = s.queue_name
  ORDER BY rank, result_id LIMIT 1)
JOIN task t ON t.result_id = p.result_id
WHERE NOT EXISTS (SELECT 1 FROM reproq_queue_controls c
  WHERE c.queue_name IN (s.queue_name, '*') AND c.paused)
ORDER BY p.rank, p.result_id LIMIT 1

-- name: hold
INSERT INTO key_holder (key, result_id) VALUES (:key, :result_id)

-- name: held_among
SELECT DISTINCT key FROM key_holder WHERE result_id IN (SELECT value FROM json_each(:ids))
ORDER BY key

-- name: let_go
DELETE FROM key_holder WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: parked_key_after
SELECT parked_key AS key FROM parked WHERE parked_key > :low AND parked_key < :high
ORDER BY parked_key LIMIT 1

-- name: expiring
-- What runs goes on: its time to start is only looked at again when it would be started again.
SELECT e.result_id FROM expiry e
WHERE e.expires_at <= :now
  AND NOT EXISTS (SELECT 1 FROM running r WHERE r.result_id = e.result_id)
ORDER BY e.expires_at, e.result_id LIMIT 1000

-- name: forget_due
DELETE FROM expiry WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: forget_expiries
DELETE FROM expiry
WHERE result_id IN (SELECT value FROM json_each(:ids))
  AND NOT EXISTS (SELECT 1 FROM finished f
    WHERE f.result_id = expiry.result_id AND f.status = 'FAILED')
