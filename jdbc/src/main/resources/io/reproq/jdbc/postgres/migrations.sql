-- What the migrator does, in its order.

-- name: has_table
SELECT count(*) AS found FROM pg_tables WHERE schemaname = 'reproq' AND tablename = 'schema_version'

-- name: begin
-- One process migrates, the others wait for it; but nobody waits long for a table that is in use,
-- because everybody who comes later would wait behind. A step may take long, and is heard out.
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL statement_timeout = 0;
SET LOCAL client_min_messages = notice;
SET LOCAL lock_timeout = '60s';
DO 'BEGIN PERFORM pg_advisory_xact_lock(8245934029157319281); END';
SET LOCAL lock_timeout = '5s'

-- name: make_table
CREATE SCHEMA IF NOT EXISTS reproq;
CREATE TABLE IF NOT EXISTS reproq.schema_version (
  version    integer     NOT NULL PRIMARY KEY,
  name       text        NOT NULL,
  applied_at timestamptz NOT NULL
)

-- name: applied
SELECT version FROM reproq.schema_version

-- name: record
INSERT INTO reproq.schema_version (version, name, applied_at)
VALUES (:version, :name, clock_timestamp())

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: has_others
-- Once the steps are taken, that name belongs to a view.
SELECT count(*) AS found FROM pg_class WHERE oid = to_regclass('task_runs') AND relkind IN ('r', 'p')

-- name: count_others
SELECT count(*) AS tasks FROM task_runs
