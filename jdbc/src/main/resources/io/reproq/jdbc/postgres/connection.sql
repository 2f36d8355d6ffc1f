-- Everything about connections.

-- name: server
SELECT current_setting('server_version_num')::integer AS version,
  current_setting('server_version') AS version_text,
  current_setting('transaction_isolation') AS isolation,
  current_setting('transaction_read_only') = 'on' AS is_read_only,
  pg_is_in_recovery() AS is_standby,
  pg_backend_pid() AS backend

-- name: begin
-- A process that stops in the middle of a transaction must not hold its locks for long.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = '5s'

-- name: begin_change
-- Nobody waits long for a table that is in use: everybody who comes later would wait behind.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL lock_timeout = '1s'

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: hold
-- Behind a pooler the session that answers is not the one that the driver opened: a lock there
-- would be anybody's, and would stay when its worker is gone. Then there is none, and no row.
SELECT pg_postmaster_start_time() AS server_started,
  pg_advisory_lock_shared(:lock_key) IS NULL AS is_held
WHERE pg_backend_pid() = :backend

-- name: let_go
SELECT pg_advisory_unlock_shared(:lock_key) AS was_held WHERE pg_backend_pid() = :backend

-- name: backend
SELECT pg_backend_pid() AS backend

-- name: listen
LISTEN reproq_work

-- name: notify
SELECT pg_notify('reproq_work', '') IS NULL AS is_told

-- name: beat_again
-- A worker whose lock was lost and taken again is heard of at once, before anybody may judge it.
UPDATE reproq.worker SET beat = beat + 1, server_started = :server_started::timestamptz
WHERE incarnation = :incarnation AND NOT dead

-- name: for_work
-- For the work of handlers: a server that sees their connection closed ends what runs on it. Only
-- where the operating system lets it see that.
SELECT set_config('client_connection_check_interval', '1s', false)
WHERE version() !~* 'windows|mingw|msvc|visual'

-- name: for_engine
-- The engine looks rows up by index, also in a table that the planner has seen nearly empty: its
-- plans are kept, and such a table may hold a hundred thousand rows a moment later. Not for a
-- pooler's session, which is others' too.
SELECT set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)
WHERE pg_backend_pid() = :backend

-- name: hurry
-- From here on the attempt's row is locked until the commit.
SET LOCAL idle_in_transaction_session_timeout = '5s'
