-- What an operator does about failed tasks: the functions that plain SQL uses too.

-- name: retry
SELECT answer, twin_id FROM reproq.retry(:ids::bigint[], coalesce(:now::timestamptz, clock_timestamp()))

-- name: discard
SELECT u.i = ANY (d.ids) AS is_discarded
FROM reproq.discard(:ids::bigint[], coalesce(:now::timestamptz, clock_timestamp())) AS d (ids)
CROSS JOIN unnest(:ids::bigint[]) WITH ORDINALITY AS u (i, ord)
ORDER BY u.ord
