-- What the bench asks a PostgreSQL server about itself.

-- name: about
SELECT name, current_setting(name) AS value
FROM unnest(ARRAY['server_version', 'fsync', 'synchronous_commit', 'full_page_writes',
  'data_checksums', 'shared_buffers', 'max_wal_size', 'checkpoint_timeout', 'wal_level',
  'wal_compression', 'autovacuum', 'autovacuum_naptime', 'jit']) AS s (name)

-- name: forget
SELECT pg_stat_statements_reset(0, oid, 0) IS NULL FROM pg_database
WHERE datname = current_database()

-- name: costs
SELECT query, calls, rows::float8 / calls AS rows, mean_exec_time AS milliseconds,
  total_plan_time / calls AS planning,
  total_exec_time / nullif(sum(total_exec_time) OVER (), 0) AS share,
  wal_bytes::float8 / calls AS wal_bytes
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query ~ '^\s*(WITH|SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT)' AND query !~ 'pg_(stat|get_wal)_'
  AND calls > 0
ORDER BY total_exec_time DESC LIMIT 8

-- name: calls
-- How many statements this database has run, but for those of the bench itself.
SELECT coalesce(sum(calls), 0)::bigint AS calls FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query NOT LIKE '%pg_stat_%'

-- name: transactions
SELECT xact_commit + xact_rollback AS transactions FROM pg_stat_database
WHERE datname = current_database()

-- name: updates
-- How often a row of a table of Reproq's was changed in place.
SELECT n_tup_upd AS updates FROM pg_stat_user_tables
WHERE schemaname = 'reproq' AND relname = :table

-- name: others
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()

-- name: wal_position
SELECT pg_current_wal_insert_lsn()::text AS position

-- name: wal_between
SELECT pg_wal_lsn_diff(:until::pg_lsn, :since::pg_lsn)::bigint AS bytes

-- name: full_pages_between
SELECT sum(fpi_size)::bigint AS bytes FROM pg_get_wal_stats(:since::pg_lsn, :until::pg_lsn)

-- name: copies
-- Copies the row of one task in a table, under ids that follow the sequence. In a place that is
-- ordered by rank the copies are older than what comes later, and parked ones older than ready ones;
-- deferred ones become due one after the other.
CREATE PROCEDURE public.bench_copy(place_table text, place text, template bigint, copies integer)
LANGUAGE plpgsql AS $$
DECLARE
  names text;
  expressions text;
  first_id bigint := (SELECT last_value + 1 FROM reproq.task_id);
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
    string_agg(CASE attname
      WHEN 'result_id' THEN first_id || ' + g.n'
      WHEN 'rank' THEN 'r.rank - ' || CASE place WHEN 'parked' THEN 2 ELSE 1 END * copies::bigint || ' + g.n'
      WHEN 'run_after' THEN 'r.run_after + g.n * interval ''1 millisecond'''
      ELSE 'r.' || quote_ident(attname) END, ', ' ORDER BY attnum)
  INTO names, expressions
  FROM pg_attribute
  WHERE attrelid = ('reproq.' || place_table)::regclass AND attnum > 0 AND NOT attisdropped
    AND attgenerated = '' AND attidentity = '';
  EXECUTE format(
    'INSERT INTO reproq.%I (%s) SELECT %s FROM reproq.%I r CROSS JOIN generate_series(0, %s) AS g (n) WHERE r.result_id = %s',
    place_table, names, expressions, place_table, copies - 1, template);
END
$$
