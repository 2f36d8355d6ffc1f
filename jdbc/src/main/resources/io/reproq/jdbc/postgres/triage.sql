-- What an operator does about failed tasks, and about those that are to be run anew: the functions
-- that plain SQL uses too, and what is asked before.

-- name: retry
SELECT answer, twin_id FROM reproq.retry(:ids::bigint[], coalesce(:now::timestamptz, clock_timestamp()))

-- name: discard
SELECT u.i = ANY (d.ids) AS is_discarded
FROM reproq.discard(:ids::bigint[], coalesce(:now::timestamptz, clock_timestamp())) AS d (ids)
CROSS JOIN unnest(:ids::bigint[]) WITH ORDINALITY AS u (i, ord)
ORDER BY u.ord

-- name: replay
SELECT result_id, created FROM reproq.replay(:id)

-- name: newest_slice
-- The newest task with a hash among some ten thousand. There is no index by hash: every enqueue
-- would pay for it.
SELECT max(s.result_id) FILTER (WHERE s.hash = decode(:spec_hash, 'hex')) AS found,
  min(s.result_id) AS lowest
FROM (SELECT result_id, coalesce(spec_hash, sha256(convert_to(spec_json::text, 'UTF8'))) AS hash
  FROM reproq.task WHERE result_id < :below ORDER BY result_id DESC LIMIT 20000) s

-- name: newest_failed
SELECT result_id FROM reproq.finished
WHERE status = 'FAILED' AND (finished_at, result_id)
    < (coalesce(:failed_at::timestamptz, 'infinity'), coalesce(:before_id::bigint, 0))
  AND (:queue_name::text IS NULL OR queue_name = :queue_name::text)
  AND (:task_path::text IS NULL OR task_path = :task_path::text)
ORDER BY finished_at DESC, result_id DESC LIMIT :limit
