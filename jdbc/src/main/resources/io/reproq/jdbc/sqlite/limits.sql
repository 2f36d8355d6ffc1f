-- The limits on how many tasks start in a second.

-- name: put_limit
INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens, last_refilled_at,
  micro_tokens, refilled_micros)
VALUES (:key, CAST(:rate AS REAL), :burst, :burst,
  strftime('%Y-%m-%d %H:%M:%S', :now / 1000000, 'unixepoch') || printf('.%06d', :now % 1000000),
  :burst * 1000000, :now)
ON CONFLICT (key) DO UPDATE SET tokens_per_second = excluded.tokens_per_second,
  burst_size = excluded.burst_size, current_tokens = excluded.current_tokens,
  last_refilled_at = excluded.last_refilled_at, micro_tokens = excluded.micro_tokens,
  refilled_micros = excluded.refilled_micros

-- name: remove_limit
DELETE FROM rate_limits WHERE key = :key

-- name: limits
SELECT key, CAST(tokens_per_second AS TEXT) AS rate, burst_size,
  coalesce(micro_tokens, CAST(round(current_tokens * 1000000) AS INTEGER)) AS micro_tokens,
  coalesce(refilled_micros, 0) AS refilled_micros
FROM rate_limits ORDER BY key

-- name: effective_limits
SELECT key, CAST(tokens_per_second AS TEXT) AS rate, burst_size,
  coalesce(micro_tokens, CAST(round(current_tokens * 1000000) AS INTEGER)) AS micro_tokens,
  coalesce(refilled_micros, 0) AS refilled_micros
FROM rate_limits WHERE tokens_per_second > 0 AND burst_size > 0

-- name: refill
UPDATE rate_limits SET micro_tokens = :micro_tokens,
  current_tokens = CAST(:micro_tokens AS REAL) / 1000000, refilled_micros = :now,
  last_refilled_at = strftime('%Y-%m-%d %H:%M:%S', :now / 1000000, 'unixepoch')
    || printf('.%06d', :now % 1000000)
WHERE key = :key

-- name: park_limited
INSERT INTO parked (result_id, queue_name, task_path, rank, version, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, parked_key)
SELECT result_id, queue_name, task_path, rank, version + 1, attempts, started_at,
  last_attempted_at, worker_ids, is_tied, :parked_key
FROM ready WHERE result_id IN (SELECT value FROM json_each(:ids))

-- name: limit_keys
-- The limits that tasks wait for, each found by one step into the index.
WITH RECURSIVE step (key) AS (
  SELECT min(parked_key) FROM parked WHERE parked_key >= 'rate:' AND parked_key < 'rate;'
  UNION ALL
  SELECT (SELECT min(parked_key) FROM parked
    WHERE parked_key > step.key AND parked_key < 'rate;')
  FROM step WHERE step.key IS NOT NULL
)
SELECT key FROM step WHERE key IS NOT NULL

-- name: is_parked_in
SELECT EXISTS (
  SELECT 1 FROM parked WHERE parked_key = :parked_key AND queue_name = :queue_name) AS found
