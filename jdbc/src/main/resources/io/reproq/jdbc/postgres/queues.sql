-- Pausing queues.

-- name: pause
SELECT reproq.pause_queue(:queue_name, :reason, coalesce(:now::timestamptz, clock_timestamp()))
  AS is_changed

-- name: resume
SELECT reproq.resume_queue(:queue_name, coalesce(:now::timestamptz, clock_timestamp()))
  AS is_changed

-- name: pauses
SELECT queue_name, paused_at, reason FROM reproq.queue_control WHERE paused
ORDER BY queue_name COLLATE "C"
