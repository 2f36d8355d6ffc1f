-- The public surface: what anybody may read and write with any client of SQLite 3.40 or newer.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: the write lock, for some milliseconds.
--
-- Views and triggers run in the client's own library, so they use nothing that is newer than 3.40.
-- Times are text as Django writes it, YYYY-MM-DD HH:MM:SS.ffffff, UTC.

-- Every task there is.
CREATE VIEW task_runs AS
SELECT
  result_id,
  backend_alias,
  queue_name,
  priority,
  strftime('%Y-%m-%d %H:%M:%S', run_after / 1000000, 'unixepoch')
    || printf('.%06d', run_after % 1000000) AS run_after,
  spec_json,
  spec_hash,
  task_path,
  status,
  strftime('%Y-%m-%d %H:%M:%S', enqueued_at / 1000000, 'unixepoch')
    || printf('.%06d', enqueued_at % 1000000) AS enqueued_at,
  strftime('%Y-%m-%d %H:%M:%S', started_at / 1000000, 'unixepoch')
    || printf('.%06d', started_at % 1000000) AS started_at,
  strftime('%Y-%m-%d %H:%M:%S', last_attempted_at / 1000000, 'unixepoch')
    || printf('.%06d', last_attempted_at % 1000000) AS last_attempted_at,
  strftime('%Y-%m-%d %H:%M:%S', finished_at / 1000000, 'unixepoch')
    || printf('.%06d', finished_at % 1000000) AS finished_at,
  attempts,
  max_attempts,
  CAST(timeout_seconds AS INTEGER) + (timeout_seconds > CAST(timeout_seconds AS INTEGER))
    AS timeout_seconds,
  lock_key,
  concurrency_key,
  concurrency_limit,
  coalesce(worker_ids, '[]') AS worker_ids,
  return_json,
  (SELECT json_group_array(json(e.error)) FROM (
    -- json_patch leaves out what is null.
    SELECT json_patch('{}', json_object(
      'kind', f.kind,
      'exception_class', CASE f.kind WHEN 'app_error' THEN coalesce(f.exception_class, '')
        ELSE f.exception_class END,
      'message', f.message,
      'traceback', CASE f.kind WHEN 'app_error' THEN coalesce(f.traceback, '')
        ELSE f.traceback END,
      'attempt', f.attempt,
      'at', strftime('%Y-%m-%dT%H:%M:%S', f.at / 1000000, 'unixepoch')
        || printf('.%06dZ', f.at % 1000000),
      'worker_id', f.worker_id,
      'failed_result_id', f.failed_result_id,
      'task_path', CASE WHEN f.kind IN ('cancelled', 'security_violation')
        THEN task_place.task_path END)) AS error
    FROM failure f WHERE f.result_id = task_place.result_id ORDER BY f.failure_id) e) AS errors_json,
  coalesce((SELECT a.metadata_json FROM attachment a WHERE a.result_id = task_place.result_id), '{}')
    AS metadata_json,
  last_error,
  CASE status WHEN 'FAILED' THEN
    strftime('%Y-%m-%d %H:%M:%S', finished_at / 1000000, 'unixepoch')
      || printf('.%06d', finished_at % 1000000) END AS failed_at,
  strftime('%Y-%m-%d %H:%M:%S', leased_until / 1000000, 'unixepoch')
    || printf('.%06d', leased_until % 1000000) AS leased_until,
  leased_by,
  (SELECT a.logs_uri FROM attachment a WHERE a.result_id = task_place.result_id) AS logs_uri,
  NULL AS artifacts_uri,
  strftime('%Y-%m-%d %H:%M:%S', expires_at / 1000000, 'unixepoch')
    || printf('.%06d', expires_at % 1000000) AS expires_at,
  parent_id,
  workflow_id,
  wait_count,
  strftime('%Y-%m-%d %H:%M:%S', enqueued_at / 1000000, 'unixepoch')
    || printf('.%06d', enqueued_at % 1000000) AS created_at,
  strftime('%Y-%m-%d %H:%M:%S',
    coalesce(finished_at, last_attempted_at, enqueued_at) / 1000000, 'unixepoch')
    || printf('.%06d', coalesce(finished_at, last_attempted_at, enqueued_at) % 1000000)
    AS updated_at,
  EXISTS (SELECT 1 FROM cancel_request c WHERE c.result_id = task_place.result_id)
    AS cancel_requested,
  place,
  parked_key,
  version
FROM task_place;

-- Every process that works, living or not yet found dead.
CREATE VIEW reproq_workers AS
SELECT
  worker_id,
  hostname,
  concurrency,
  queues,
  strftime('%Y-%m-%d %H:%M:%S', started_at / 1000000, 'unixepoch')
    || printf('.%06d', started_at % 1000000) AS started_at,
  strftime('%Y-%m-%d %H:%M:%S', last_seen_at / 1000000, 'unixepoch')
    || printf('.%06d', last_seen_at % 1000000) AS last_seen_at,
  version,
  strftime('%Y-%m-%d %H:%M:%S', leased_until / 1000000, 'unixepoch')
    || printf('.%06d', leased_until % 1000000) AS leased_until,
  lower(hex(incarnation)) AS incarnation
FROM worker WHERE NOT dead;

-- Insert here to enqueue: the row becomes a task, and its result_id is the task's.
--
-- task_path is needed, or a spec_json that has one; a spec_json says everything but run_after.
-- With a spec_hash, an unfinished task of the same hash stands in for the new one: the row is
-- ignored, and INSERT … RETURNING result_id returns none.
CREATE TABLE task_enqueue (
  result_id         INTEGER PRIMARY KEY AUTOINCREMENT,
  task_path         TEXT,
  args              TEXT,
  kwargs            TEXT,
  queue_name        TEXT,
  priority          INTEGER,
  run_after         TEXT,
  lock_key          TEXT,
  concurrency_key   TEXT,
  concurrency_limit INTEGER,
  max_attempts      INTEGER,
  timeout_seconds   REAL,
  spec_json         TEXT,
  spec_hash         TEXT,
  headers           TEXT,
  CONSTRAINT "task_path is missing, or is not that of spec_json"
    CHECK (coalesce(task_path, spec_json ->> '$.task_path', '') <> ''
      AND coalesce(task_path = spec_json ->> '$.task_path', 1)),
  CONSTRAINT "args must be a JSON array"
    CHECK (args IS NULL OR (json_valid(args) AND json_type(args) = 'array')),
  CONSTRAINT "kwargs must be a JSON object"
    CHECK (kwargs IS NULL OR (json_valid(kwargs) AND json_type(kwargs) = 'object')),
  CONSTRAINT "spec_json must be a JSON object"
    CHECK (spec_json IS NULL OR (json_valid(spec_json) AND json_type(spec_json) = 'object')),
  CONSTRAINT "with spec_json, only task_path, run_after, spec_hash and headers may be given"
    CHECK (spec_json IS NULL OR coalesce(args, kwargs, queue_name, priority, lock_key,
      concurrency_key, concurrency_limit, max_attempts, timeout_seconds) IS NULL),
  CONSTRAINT "headers must be a JSON object"
    CHECK (headers IS NULL OR (json_valid(headers) AND json_type(headers) = 'object')),
  CONSTRAINT "queue_name must not be empty" CHECK (trim(queue_name) <> ''),
  CONSTRAINT "spec_hash must not be empty" CHECK (spec_hash <> ''),
  CONSTRAINT "priority must be a 32-bit integer"
    CHECK (priority BETWEEN -2147483648 AND 2147483647),
  CONSTRAINT "max_attempts must be at least 1" CHECK (max_attempts BETWEEN 1 AND 2147483647),
  CONSTRAINT "timeout_seconds must be positive" CHECK (timeout_seconds > 0),
  CONSTRAINT "concurrency_limit must not be negative"
    CHECK (concurrency_limit BETWEEN 0 AND 2147483647),
  CONSTRAINT "run_after must be a time like 2026-01-31 12:00:00, in UTC or with an offset"
    CHECK (run_after IS NULL OR (run_after GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
      AND strftime('%s', run_after) IS NOT NULL))
) STRICT;
-- The engine takes its ids from the same sequence, by moving it on.
INSERT INTO sqlite_sequence (name, seq) VALUES ('task_enqueue', 0);

CREATE TRIGGER task_enqueue_twin BEFORE INSERT ON task_enqueue
WHEN NEW.spec_hash IS NOT NULL
  AND EXISTS (SELECT 1 FROM active_hash WHERE spec_hash = NEW.spec_hash)
BEGIN
  SELECT RAISE(IGNORE);
END;

CREATE TRIGGER task_enqueue_insert AFTER INSERT ON task_enqueue
BEGIN
  INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
    timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, enqueued_at,
    is_unique)
  SELECT NEW.result_id, s.spec_json ->> '$.task_path',
    coalesce(nullif(trim(s.spec_json ->> '$.queue_name'), ''), 'default'),
    coalesce(s.spec_json ->> '$.priority', 0), s.spec_json,
    coalesce(NEW.spec_hash, lower(hex(randomblob(32)))),
    coalesce(s.spec_json ->> '$.exec.max_attempts', 3),
    coalesce(s.spec_json ->> '$.exec.timeout_seconds', 900),
    s.spec_json ->> '$.lock_key', s.spec_json ->> '$.concurrency_key',
    max(0, coalesce(s.spec_json ->> '$.concurrency_limit', 0)), NEW.headers,
    CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000,
    NEW.spec_hash IS NOT NULL
  FROM (SELECT coalesce(NEW.spec_json, json_object(
    'args', json(coalesce(NEW.args, '[]')),
    'concurrency_key', NEW.concurrency_key,
    'concurrency_limit', coalesce(NEW.concurrency_limit, 0),
    'exec', json_object('max_attempts', coalesce(NEW.max_attempts, 3), 'timeout_seconds',
      CASE WHEN NEW.timeout_seconds = CAST(NEW.timeout_seconds AS INTEGER)
        THEN CAST(NEW.timeout_seconds AS INTEGER) ELSE coalesce(NEW.timeout_seconds, 900) END),
    'kwargs', json(coalesce(NEW.kwargs, '{}')),
    'lock_key', NEW.lock_key,
    'priority', coalesce(NEW.priority, 0),
    'provenance', json_object('code_ref', NULL, 'pip_lock_hash', NULL),
    'queue_name', coalesce(NEW.queue_name, 'default'),
    'run_after', NEW.run_after,
    'takes_context', json('false'),
    'task_path', NEW.task_path,
    'v', 1)) AS spec_json) s;

  INSERT INTO active_hash (result_id, spec_hash)
  SELECT NEW.result_id, NEW.spec_hash WHERE NEW.spec_hash IS NOT NULL;

  INSERT INTO deferred (result_id, queue_name, task_path, rank, version, attempts, is_tied,
    run_after)
  SELECT r.result_id, r.queue_name, r.task_path, r.rank, 1, 0, r.is_tied,
    CAST(strftime('%s', d.run_after) AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', d.run_after), 4) AS INTEGER) * 1000
  FROM task_rank r
  JOIN (SELECT coalesce(NEW.run_after, NEW.spec_json ->> '$.run_after') AS run_after) d
  WHERE r.result_id = NEW.result_id AND julianday(d.run_after) > julianday('now');

  INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, is_tied)
  SELECT r.result_id, r.queue_name, r.task_path, r.rank, 1, 0, r.is_tied
  FROM task_rank r
  WHERE r.result_id = NEW.result_id
    AND NOT EXISTS (SELECT 1 FROM deferred d WHERE d.result_id = NEW.result_id);

  INSERT INTO counter (queue_name, status, tasks)
  SELECT t.queue_name, 'READY', 1 FROM task t WHERE t.result_id = NEW.result_id
  ON CONFLICT (queue_name, status) DO UPDATE SET tasks = tasks + 1;

  DELETE FROM task_enqueue WHERE result_id = NEW.result_id;
END;

-- Queues that somebody has paused; one without a row is not. The row named * pauses all. Anybody
-- may write here.
CREATE TABLE reproq_queue_controls (
  queue_name TEXT    NOT NULL PRIMARY KEY CHECK (queue_name <> ''),
  paused     INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  paused_at  TEXT,
  reason     TEXT,
  created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')),
  updated_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now'))
) STRICT;

-- Insert here to give an order about a task. `cancel`: a task that has not started ends CANCELLED
-- now, a running one is stopped by its worker, one that is over or unknown is left alone.
CREATE TABLE task_command (
  command_id INTEGER PRIMARY KEY,
  command    TEXT    NOT NULL,
  result_id  INTEGER NOT NULL,
  CONSTRAINT "the only command is cancel" CHECK (command = 'cancel')
) STRICT;

CREATE TRIGGER task_command_cancel AFTER INSERT ON task_command WHEN NEW.command = 'cancel'
BEGIN
  INSERT OR IGNORE INTO cancel_request (result_id, requested_at)
  SELECT result_id, CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  FROM running WHERE result_id = NEW.result_id;

  INSERT INTO finished (result_id, queue_name, task_path, status, version, attempts, started_at,
    last_attempted_at, worker_ids, finished_at)
  SELECT result_id, queue_name, task_path, 'CANCELLED', version + 1, attempts, started_at,
    last_attempted_at, worker_ids, CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  FROM task_place
  WHERE result_id = NEW.result_id AND place IN ('ready', 'deferred', 'parked', 'waiting');

  -- Only a task that was finished just above still has a row elsewhere too.
  UPDATE counter SET tasks = tasks - 1
  WHERE (queue_name, status) = (SELECT p.queue_name, p.status FROM task_place p
    JOIN finished f ON f.result_id = p.result_id
    WHERE p.result_id = NEW.result_id AND p.place <> 'finished');
  INSERT INTO counter (queue_name, status, tasks)
  SELECT p.queue_name, 'CANCELLED', 1 FROM task_place p
  JOIN finished f ON f.result_id = p.result_id
  WHERE p.result_id = NEW.result_id AND p.place <> 'finished'
  ON CONFLICT (queue_name, status) DO UPDATE SET tasks = tasks + 1;

  DELETE FROM active_hash WHERE result_id = NEW.result_id
    AND EXISTS (SELECT 1 FROM finished f WHERE f.result_id = NEW.result_id);
  DELETE FROM ready WHERE result_id = NEW.result_id;
  DELETE FROM deferred WHERE result_id = NEW.result_id;
  DELETE FROM parked WHERE result_id = NEW.result_id;
  DELETE FROM waiting WHERE result_id = NEW.result_id;
  DELETE FROM task_command WHERE command_id = NEW.command_id;
END;
