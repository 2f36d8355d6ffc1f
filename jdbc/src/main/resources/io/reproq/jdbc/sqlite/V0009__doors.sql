-- More for clients with nothing but SQL: tasks that expire, and orders about failed tasks.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: the write lock, for some milliseconds.

ALTER TABLE task_enqueue ADD COLUMN expires_at TEXT
  CONSTRAINT "expires_at must be a time like 2026-01-31 12:00:00, in UTC or with an offset"
  CHECK (expires_at IS NULL OR (expires_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
    AND strftime('%s', expires_at) IS NOT NULL));

DROP TRIGGER task_enqueue_insert;
CREATE TRIGGER task_enqueue_insert AFTER INSERT ON task_enqueue
BEGIN
  INSERT INTO task (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
    timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, enqueued_at,
    is_unique, expires_at)
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
    NEW.spec_hash IS NOT NULL,
    CAST(strftime('%s', NEW.expires_at) AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', NEW.expires_at), 4) AS INTEGER) * 1000
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

  INSERT INTO expiry (result_id, expires_at)
  SELECT result_id, expires_at FROM task
  WHERE result_id = NEW.result_id AND expires_at IS NOT NULL;

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

-- Insert here to give an order about a task. `cancel`: a task that has not started ends CANCELLED
-- now, a running one is stopped by its worker, one that is over or unknown is left alone. `retry`: a
-- failed task has all its attempts again. `discard`: a failed task ends CANCELLED. Both leave alone
-- what is not FAILED. The rows of this table never stay, so that it can be made anew.
DROP TABLE task_command;
CREATE TABLE task_command (
  command_id INTEGER PRIMARY KEY,
  command    TEXT    NOT NULL,
  result_id  INTEGER NOT NULL,
  CONSTRAINT "the commands are cancel, retry and discard"
    CHECK (command IN ('cancel', 'retry', 'discard'))
) STRICT;

CREATE TRIGGER task_command_member BEFORE INSERT ON task_command WHEN NEW.command = 'cancel'
BEGIN
  INSERT OR IGNORE INTO untold_member (result_id)
  SELECT t.result_id FROM task t
  WHERE t.result_id = NEW.result_id AND t.workflow_id IS NOT NULL
    AND (EXISTS (SELECT 1 FROM ready p WHERE p.result_id = t.result_id)
      OR EXISTS (SELECT 1 FROM deferred p WHERE p.result_id = t.result_id)
      OR EXISTS (SELECT 1 FROM parked p WHERE p.result_id = t.result_id)
      OR EXISTS (SELECT 1 FROM waiting p WHERE p.result_id = t.result_id));
END;

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

-- A member of a workflow is left to the engine: who waits for it is to wait again.
CREATE TRIGGER task_command_retry AFTER INSERT ON task_command WHEN NEW.command = 'retry'
BEGIN
  SELECT RAISE(ABORT, 'the task is a member of a workflow; reproq triage retry also brings back what waits for it')
  FROM finished f JOIN task t ON t.result_id = f.result_id
  WHERE f.result_id = NEW.result_id AND f.status = 'FAILED' AND t.workflow_id IS NOT NULL;
  SELECT RAISE(ABORT, 'the task stays FAILED: another one has the same spec_hash and is not over')
  FROM finished f JOIN task t ON t.result_id = f.result_id
  JOIN active_hash h ON h.spec_hash = t.spec_hash
  WHERE f.result_id = NEW.result_id AND f.status = 'FAILED' AND t.is_unique;

  INSERT INTO active_hash (result_id, spec_hash)
  SELECT t.result_id, t.spec_hash FROM finished f JOIN task t ON t.result_id = f.result_id
  WHERE f.result_id = NEW.result_id AND f.status = 'FAILED' AND t.is_unique;
  INSERT INTO ready (result_id, queue_name, task_path, rank, version, attempts, worker_ids,
    is_tied)
  SELECT f.result_id, f.queue_name, f.task_path, r.rank, f.version + 1, 0, f.worker_ids, r.is_tied
  FROM finished f JOIN task_rank r ON r.result_id = f.result_id
  WHERE f.result_id = NEW.result_id AND f.status = 'FAILED';

  -- Only a task that was made ready just above has a row in both.
  UPDATE counter SET tasks = tasks - 1
  WHERE (queue_name, status) = (SELECT f.queue_name, f.status FROM finished f
    JOIN ready r ON r.result_id = f.result_id WHERE f.result_id = NEW.result_id);
  INSERT INTO counter (queue_name, status, tasks)
  SELECT r.queue_name, 'READY', 1 FROM finished f JOIN ready r ON r.result_id = f.result_id
  WHERE f.result_id = NEW.result_id
  ON CONFLICT (queue_name, status) DO UPDATE SET tasks = tasks + 1;
  DELETE FROM cancel_request WHERE result_id = NEW.result_id
    AND EXISTS (SELECT 1 FROM finished f JOIN ready r ON r.result_id = f.result_id
      WHERE f.result_id = NEW.result_id);
  DELETE FROM finished WHERE result_id = NEW.result_id
    AND EXISTS (SELECT 1 FROM ready r WHERE r.result_id = NEW.result_id);
  DELETE FROM task_command WHERE command_id = NEW.command_id;
END;

CREATE TRIGGER task_command_discard AFTER INSERT ON task_command WHEN NEW.command = 'discard'
BEGIN
  INSERT INTO failure (result_id, attempt, kind, message, at)
  SELECT result_id, attempts, 'cancelled', 'discarded',
    CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  FROM finished WHERE result_id = NEW.result_id AND status = 'FAILED';

  UPDATE counter SET tasks = tasks - 1
  WHERE (queue_name, status) = (SELECT queue_name, status FROM finished
    WHERE result_id = NEW.result_id AND status = 'FAILED');
  INSERT INTO counter (queue_name, status, tasks)
  SELECT queue_name, 'CANCELLED', 1 FROM finished
  WHERE result_id = NEW.result_id AND status = 'FAILED'
  ON CONFLICT (queue_name, status) DO UPDATE SET tasks = tasks + 1;
  UPDATE finished SET status = 'CANCELLED', version = version + 1, last_error = 'discarded',
    finished_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  WHERE result_id = NEW.result_id AND status = 'FAILED';
  DELETE FROM task_command WHERE command_id = NEW.command_id;
END;
