-- Everything about connections.

-- name: server
SELECT current_setting('server_version_num')::integer AS version,
  current_setting('server_version') AS version_text,
  current_setting('transaction_isolation') AS isolation,
  pg_is_in_recovery() AS is_standby

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
-- Behind a pooler the session that answers is not the one that the driver opened, and its locks
-- are anybody's: then there is no start of the server to tell.
SELECT CASE WHEN pg_backend_pid() = :backend THEN pg_postmaster_start_time() END AS server_started,
  pg_advisory_lock_shared(k) IS NULL AS is_held
FROM (SELECT :lock_key::bigint AS k) key

-- name: let_go
SELECT pg_advisory_unlock_shared(:lock_key) AS was_held

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

-- name: hurry
-- From here on the attempt's row is locked until the commit.
SET LOCAL idle_in_transaction_session_timeout = '5s'
