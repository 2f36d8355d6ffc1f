-- Pausing queues.

-- name: was_paused
SELECT paused FROM reproq_queue_controls WHERE queue_name = :queue_name

-- name: pause
INSERT INTO reproq_queue_controls (queue_name, paused, paused_at, reason, created_at, updated_at)
SELECT :queue_name, 1, n.now, :reason, n.now, n.now
FROM (SELECT strftime('%Y-%m-%d %H:%M:%S', :now / 1000000, 'unixepoch')
  || printf('.%06d', :now % 1000000) AS now) n
-- Without a condition the parser takes ON for a join's.
WHERE true
ON CONFLICT (queue_name) DO UPDATE SET reason = excluded.reason, updated_at = excluded.updated_at,
  paused_at = CASE WHEN paused THEN paused_at ELSE excluded.paused_at END, paused = 1

-- name: resume
UPDATE reproq_queue_controls SET paused = 0, paused_at = NULL, reason = NULL,
  updated_at = strftime('%Y-%m-%d %H:%M:%S', :now / 1000000, 'unixepoch')
    || printf('.%06d', :now % 1000000)
WHERE queue_name = :queue_name AND paused

-- name: pauses
-- Whatever somebody wrote for a time: what is none is null.
SELECT queue_name, reason, CAST(strftime('%s', paused_at) AS INTEGER) * 1000000
  + CAST(substr(strftime('%f', paused_at), 4) AS INTEGER) * 1000 AS paused_at
FROM reproq_queue_controls WHERE paused ORDER BY queue_name
