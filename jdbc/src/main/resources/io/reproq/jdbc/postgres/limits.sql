-- The limits on how many tasks start in a second.

-- name: set_limit
INSERT INTO reproq.rate_limit AS l
  (key, tokens_per_second, burst_size, current_tokens, last_refilled_at)
SELECT n.key, n.rate, n.burst, n.burst, coalesce(:now::timestamptz, clock_timestamp())
FROM (SELECT :key::text AS key, :rate::real AS rate, :burst::integer AS burst) n
ON CONFLICT (key) DO UPDATE SET tokens_per_second = excluded.tokens_per_second,
  burst_size = excluded.burst_size, current_tokens = excluded.current_tokens,
  last_refilled_at = excluded.last_refilled_at, micro_tokens = excluded.burst_size::bigint * 1000000

-- name: remove_limit
DELETE FROM reproq.rate_limit WHERE key = :key

-- name: limits
-- The rate as text, because the driver would make a longer number of a short one.
SELECT key, tokens_per_second::text AS rate, burst_size, micro_tokens, last_refilled_at
FROM reproq.rate_limit ORDER BY key COLLATE "C"
