-- The places a task can be in, and what hangs on a task.
--
-- Old workers: there are none before this one.
-- Lock: the write lock, for some milliseconds; the database is new.
--
-- These tables are private: they may change with every release. What anybody may use comes with
-- the public surface. Times are microseconds since 1970, UTC. A claim is named by the worker's
-- incarnation (16 bytes) and a number.

-- What never changes about a task.
CREATE TABLE task (
  result_id         INTEGER PRIMARY KEY,
  task_path         TEXT    NOT NULL CHECK (task_path <> ''),
  queue_name        TEXT    NOT NULL CHECK (queue_name <> ''),
  priority          INTEGER NOT NULL,
  spec_json         TEXT    NOT NULL,
  spec_hash         TEXT    NOT NULL,
  max_attempts      INTEGER NOT NULL CHECK (max_attempts >= 1),
  timeout_seconds   REAL    NOT NULL CHECK (timeout_seconds > 0),
  lock_key          TEXT,
  concurrency_key   TEXT,
  concurrency_limit INTEGER NOT NULL CHECK (concurrency_limit >= 0),
  headers           TEXT,
  enqueued_at       INTEGER NOT NULL,
  backend_alias     TEXT    NOT NULL DEFAULT 'default',
  parent_id         INTEGER,
  workflow_id       TEXT,
  expires_at        INTEGER,
  is_unique         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX task_lock_key ON task (lock_key, result_id) WHERE lock_key IS NOT NULL;

-- Every place knows: the version (grows by one at every transition), the attempts made so far that
-- count, and of the attempts their first start, their last start and their workers (a JSON array).
-- started_at is null until there was an attempt; worker_ids and last_attempted_at likewise. is_tied
-- is 1 where something beside the rank decides when the task starts, or others wait for its end.

-- Can be claimed now, the smallest rank first.
CREATE TABLE ready (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  rank              INTEGER NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 1),
  attempts          INTEGER NOT NULL CHECK (attempts >= 0),
  started_at        INTEGER,
  last_attempted_at INTEGER,
  worker_ids        TEXT,
  is_tied           INTEGER
) STRICT;
CREATE INDEX ready_rank ON ready (queue_name, rank, result_id);

-- Becomes ready at run_after.
CREATE TABLE deferred (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  rank              INTEGER NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 1),
  attempts          INTEGER NOT NULL CHECK (attempts >= 0),
  started_at        INTEGER,
  last_attempted_at INTEGER,
  worker_ids        TEXT,
  is_tied           INTEGER,
  run_after         INTEGER NOT NULL
) STRICT;
CREATE INDEX deferred_due ON deferred (run_after, result_id);

-- Blocked by what parked_key names; `path:…` waits for a worker that handles the path.
CREATE TABLE parked (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  rank              INTEGER NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 1),
  attempts          INTEGER NOT NULL CHECK (attempts >= 0),
  started_at        INTEGER,
  last_attempted_at INTEGER,
  worker_ids        TEXT,
  is_tied           INTEGER,
  parked_key        TEXT    NOT NULL CHECK (parked_key <> '')
) STRICT;
CREATE INDEX parked_by_key ON parked (parked_key, queue_name, rank, result_id);

-- Has predecessors that are not finished; must not start before run_after even then.
CREATE TABLE waiting (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  rank              INTEGER NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 1),
  attempts          INTEGER NOT NULL CHECK (attempts = 0),
  started_at        INTEGER,
  last_attempted_at INTEGER,
  worker_ids        TEXT,
  is_tied           INTEGER,
  wait_count        INTEGER NOT NULL CHECK (wait_count >= 1),
  run_after         INTEGER
) STRICT;

-- An attempt is under way: attempt number `attempts`, under the claim that may end it.
CREATE TABLE running (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  rank              INTEGER NOT NULL,
  version           INTEGER NOT NULL CHECK (version >= 2),
  attempts          INTEGER NOT NULL CHECK (attempts >= 1),
  started_at        INTEGER NOT NULL,
  last_attempted_at INTEGER NOT NULL,
  worker_ids        TEXT    NOT NULL,
  is_tied           INTEGER,
  incarnation       BLOB    NOT NULL CHECK (length(incarnation) = 16),
  claim_number      INTEGER NOT NULL
) STRICT;
CREATE INDEX running_worker ON running (incarnation);

-- Over. Only a settled attempt leaves its claim, so that a settlement sent again is known.
CREATE TABLE finished (
  result_id         INTEGER PRIMARY KEY,
  queue_name        TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  status            TEXT    NOT NULL CHECK (status IN ('SUCCESSFUL', 'FAILED', 'CANCELLED')),
  version           INTEGER NOT NULL CHECK (version >= 2),
  attempts          INTEGER NOT NULL CHECK (attempts >= 0),
  started_at        INTEGER,
  last_attempted_at INTEGER,
  worker_ids        TEXT,
  finished_at       INTEGER NOT NULL,
  incarnation       BLOB    CHECK (length(incarnation) = 16),
  claim_number      INTEGER,
  return_json       TEXT,
  last_error        TEXT,
  CHECK ((incarnation IS NULL) = (claim_number IS NULL)),
  CHECK (status = 'SUCCESSFUL' OR return_json IS NULL),
  CHECK (status <> 'SUCCESSFUL' OR (last_error IS NULL AND started_at IS NOT NULL))
) STRICT;
-- One index a status, because SQLite uses a partial index only where its condition is written out.
CREATE INDEX finished_failed ON finished (result_id) WHERE status = 'FAILED';
CREATE INDEX finished_failed_at ON finished (finished_at, result_id) WHERE status = 'FAILED';
CREATE INDEX finished_cancelled ON finished (result_id) WHERE status = 'CANCELLED';
-- The status comes before the id, because the views have a branch for each.
CREATE INDEX finished_path ON finished (task_path, status, result_id);
CREATE INDEX finished_queue ON finished (queue_name, status, result_id);

-- All that went wrong, in the order of failure_id: at what time, and when that attempt had started.
CREATE TABLE failure (
  failure_id      INTEGER PRIMARY KEY,
  result_id       INTEGER NOT NULL,
  attempt         INTEGER NOT NULL CHECK (attempt >= 0),
  kind            TEXT    NOT NULL,
  exception_class TEXT,
  message         TEXT    NOT NULL,
  traceback       TEXT,
  at              INTEGER NOT NULL,
  started_at      INTEGER,
  worker_id       TEXT,
  failed_result_id INTEGER
) STRICT;
CREATE INDEX failure_task ON failure (result_id, failure_id);

-- Running tasks that somebody wants stopped.
CREATE TABLE cancel_request (
  result_id    INTEGER PRIMARY KEY,
  requested_at INTEGER NOT NULL
) STRICT;

-- The unfinished task that stands for a spec where duplicates are refused.
CREATE TABLE active_hash (
  result_id INTEGER PRIMARY KEY,
  spec_hash TEXT    NOT NULL UNIQUE
) STRICT;

-- Idempotency keys of callers.
CREATE TABLE task_key (
  key          TEXT    NOT NULL PRIMARY KEY,
  result_id    INTEGER NOT NULL,
  request_hash TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- How many tasks there are, exact at every commit.
CREATE TABLE counter (
  queue_name TEXT    NOT NULL,
  status     TEXT    NOT NULL,
  tasks      INTEGER NOT NULL CHECK (tasks >= 0),
  PRIMARY KEY (queue_name, status)
) STRICT, WITHOUT ROWID;

-- Running processes. process names the operating system's process; dead never goes back.
CREATE TABLE worker (
  incarnation  BLOB    NOT NULL PRIMARY KEY CHECK (length(incarnation) = 16),
  worker_id    TEXT    NOT NULL,
  hostname     TEXT    NOT NULL,
  concurrency  INTEGER NOT NULL,
  queues       TEXT    NOT NULL,
  handles      TEXT    NOT NULL,
  lease        INTEGER NOT NULL,
  heartbeat    INTEGER NOT NULL,
  version      TEXT    NOT NULL,
  process      TEXT    NOT NULL,
  started_at   INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL,
  beat         INTEGER NOT NULL,
  dead         INTEGER NOT NULL DEFAULT 0 CHECK (dead IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Settings of the whole database. aging_ms: what one step of priority is worth in milliseconds of
-- waiting; 0 means that a higher priority always wins.
CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting (name, value) VALUES ('aging_ms', '60000');

-- What the rank of each task is by that setting, and whether it is tied. Within one step of strict priority there is room
-- for times until the year 2527 in milliseconds.
CREATE VIEW task_rank AS
SELECT t.result_id, t.queue_name, t.task_path, CASE s.value WHEN '0'
  THEN -max(-262144, min(262144, t.priority)) * 17592186044416 + t.enqueued_at / 1000
  ELSE t.enqueued_at / 1000 - t.priority * CAST(s.value AS INTEGER) END AS rank,
  CASE WHEN t.lock_key IS NOT NULL OR (t.concurrency_key <> '' AND t.concurrency_limit > 0)
    OR t.expires_at IS NOT NULL OR t.workflow_id IS NOT NULL THEN 1 END AS is_tied
FROM task t JOIN setting s ON s.name = 'aging_ms';

-- Every task with its place, as the engine reads it.
--
-- Each branch joins by itself and casts what it makes up: only branches whose columns have one
-- affinity are taken apart by the planner, and without that every look-up reads all the tasks.
CREATE VIEW task_place AS
SELECT p.result_id, CAST('ready' AS TEXT) AS place, CAST('READY' AS TEXT) AS status, p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER) AS run_after, CAST(NULL AS TEXT) AS parked_key,
  CAST(0 AS INTEGER) AS wait_count, CAST(NULL AS TEXT) AS leased_by,
  CAST(NULL AS INTEGER) AS leased_until, CAST(NULL AS INTEGER) AS finished_at,
  CAST(NULL AS TEXT) AS return_json, CAST(NULL AS TEXT) AS last_error,
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
-- By its primary key only: the index by rank would have to be sorted for a list by result_id.
FROM ready p NOT INDEXED CROSS JOIN task t ON t.result_id = p.result_id
UNION ALL
SELECT p.result_id, CAST('deferred' AS TEXT), CAST('READY' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  p.run_after, CAST(NULL AS TEXT), CAST(0 AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS INTEGER),
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM deferred p CROSS JOIN task t ON t.result_id = p.result_id
UNION ALL
SELECT p.result_id, CAST('parked' AS TEXT), CAST('READY' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), p.parked_key, CAST(0 AS INTEGER), CAST(NULL AS TEXT),
  CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM parked p CROSS JOIN task t ON t.result_id = p.result_id
UNION ALL
SELECT p.result_id, CAST('waiting' AS TEXT), CAST('WAITING' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), p.wait_count, CAST(NULL AS TEXT),
  CAST(NULL AS INTEGER), CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM waiting p CROSS JOIN task t ON t.result_id = p.result_id
UNION ALL
SELECT p.result_id, CAST('running' AS TEXT), CAST('RUNNING' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(0 AS INTEGER),
  CAST((SELECT w.worker_id FROM worker w WHERE w.incarnation = p.incarnation) AS TEXT),
  CAST((SELECT w.leased_until FROM worker w WHERE w.incarnation = p.incarnation) AS INTEGER),
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM running p CROSS JOIN task t ON t.result_id = p.result_id
UNION ALL
SELECT p.result_id, CAST('finished' AS TEXT), CAST('SUCCESSFUL' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(0 AS INTEGER), CAST(NULL AS TEXT),
  CAST(NULL AS INTEGER), p.finished_at, p.return_json, p.last_error,
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM finished p CROSS JOIN task t ON t.result_id = p.result_id WHERE p.status = 'SUCCESSFUL'
UNION ALL
SELECT p.result_id, CAST('finished' AS TEXT), CAST('FAILED' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(0 AS INTEGER), CAST(NULL AS TEXT),
  CAST(NULL AS INTEGER), p.finished_at, p.return_json, p.last_error,
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM finished p CROSS JOIN task t ON t.result_id = p.result_id WHERE p.status = 'FAILED'
UNION ALL
SELECT p.result_id, CAST('finished' AS TEXT), CAST('CANCELLED' AS TEXT), p.version,
  p.queue_name, p.task_path, p.attempts, p.started_at, p.last_attempted_at, p.worker_ids,
  CAST(NULL AS INTEGER), CAST(NULL AS TEXT), CAST(0 AS INTEGER), CAST(NULL AS TEXT),
  CAST(NULL AS INTEGER), p.finished_at, p.return_json, p.last_error,
  t.priority, t.spec_json, t.spec_hash, t.max_attempts, t.timeout_seconds, t.lock_key,
  t.concurrency_key, t.concurrency_limit, t.headers, t.enqueued_at, t.backend_alias, t.parent_id,
  t.workflow_id, t.expires_at
FROM finished p CROSS JOIN task t ON t.result_id = p.result_id WHERE p.status = 'CANCELLED';
