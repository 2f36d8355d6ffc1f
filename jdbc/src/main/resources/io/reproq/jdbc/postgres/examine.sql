-- What a doctor asks. Each brings one row.

-- name: oldest_transaction
-- What keeps rows that are dead from being cleaned away: a transaction, a prepared one, a slot.
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - o.since)), 0)::bigint AS number,
  coalesce((array_agg(o.who ORDER BY o.since))[1], '') AS detail
FROM (
  SELECT xact_start AS since, format('process %s, %s of %s', pid, state, coalesce(nullif(application_name, ''), usename)) AS who
  FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND backend_type <> 'walsender'
  UNION ALL
  SELECT prepared, format('prepared transaction %s', quote_literal(gid)) FROM pg_prepared_xacts
) o

-- name: idle_in_transaction
SELECT count(*) AS number,
  coalesce(string_agg(format('process %s of %s', pid, coalesce(nullif(application_name, ''), usename)), ', ' ORDER BY state_change), '') AS detail
FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
  AND state_change < clock_timestamp() - interval '10 seconds'

-- name: dead_rows
-- Of the tables that are emptied as fast as they are filled, the one with most dead rows.
SELECT coalesce(max(n_dead_tup), 0) AS number,
  coalesce((array_agg(relname::text ORDER BY n_dead_tup DESC))[1], '') AS detail
FROM pg_stat_user_tables WHERE schemaname = 'reproq'
  AND relname IN ('ready', 'deferred', 'parked', 'waiting', 'running', 'active_hash', 'counter_delta')
  AND n_dead_tup > 4 * n_live_tup

-- name: missing_indexes
-- Those that the schema was made with, and those that were begun and never finished.
SELECT count(*) AS number, coalesce(string_agg(x.name, ', ' ORDER BY x.name), '') AS detail
FROM (
  SELECT e.name FROM unnest(ARRAY['task_pkey', 'task_lock_key', 'ready_pkey', 'ready_rank', 'deferred_pkey', 'deferred_due',
    'parked_pkey', 'parked_by_key', 'waiting_pkey', 'running_pkey', 'running_lock', 'running_slot', 'finished_pkey', 'finished_bad', 'finished_path',
    'failure_task', 'active_hash_result_id_key']) AS e (name)
  WHERE to_regclass('reproq.' || e.name) IS NULL
  UNION ALL
  SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = 'reproq'::regnamespace AND NOT i.indisvalid
) x

-- name: own_process
SELECT pg_backend_pid() AS number, '' AS detail

-- name: clock
-- Milliseconds since 1970.
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS number, '' AS detail

-- name: durability
SELECT count(*) AS number, coalesce(string_agg(name || ' = ' || setting, ', ' ORDER BY name), '') AS detail
FROM pg_settings
WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'

-- name: cleaning
SELECT count(*) AS number, '' AS detail FROM pg_settings WHERE name = 'autovacuum' AND setting = 'off'

-- name: connections
-- Per cent of what there is.
SELECT 100 * (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') / current_setting('max_connections')::bigint
  AS number, current_setting('max_connections') AS detail

-- name: partitions_ahead
-- Ids that can still be given before the last partition is full.
SELECT max(high) - (SELECT last_value FROM reproq.task_id) AS number, '' AS detail FROM reproq.task_range

-- name: outside_partitions
SELECT count(*) AS number, '' AS detail FROM (SELECT FROM reproq.task_default LIMIT 1000) d

-- name: overdue
-- Seconds since a deferred task should have been made ready.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(run_after)), 0)::bigint AS number, '' AS detail
FROM reproq.deferred WHERE run_after < clock_timestamp()

-- name: without_worker
-- Whether there is work and nobody to do it.
SELECT (EXISTS (SELECT FROM reproq.ready) AND NOT EXISTS (
    SELECT FROM reproq.worker WHERE NOT dead AND leased_until > clock_timestamp()))::integer AS number, '' AS detail
