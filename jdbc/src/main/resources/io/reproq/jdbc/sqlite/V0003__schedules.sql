-- Periodic tasks: what is enqueued by the clock.
--
-- Old workers: keep working, but enqueue none of them.
-- Lock: the write lock, for some milliseconds.

-- The columns up to updated_at are those that others know, so that their writes go through.
-- next_run_at is obeyed as it is; null means that it is to be worked out from cron_expr, for the
-- first time after updated_at. Whoever changes a row makes its version grow.
CREATE TABLE periodic_tasks (
  name              TEXT    NOT NULL PRIMARY KEY,
  cron_expr         TEXT    NOT NULL,
  task_path         TEXT    NOT NULL,
  payload_json      TEXT    NOT NULL DEFAULT '{}',
  queue_name        TEXT    NOT NULL DEFAULT 'default',
  priority          INTEGER NOT NULL DEFAULT 0,
  max_attempts      INTEGER NOT NULL DEFAULT 3,
  concurrency_key   TEXT,
  concurrency_limit INTEGER NOT NULL DEFAULT 0,
  last_run_at       TEXT,
  next_run_at       TEXT,
  enabled           INTEGER NOT NULL DEFAULT 1,
  created_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')),
  updated_at        TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')),
  time_zone         TEXT    NOT NULL DEFAULT 'UTC',
  overlap           TEXT    NOT NULL DEFAULT 'allow',
  catch_up          INTEGER NOT NULL DEFAULT 0,
  timeout_seconds   REAL    NOT NULL DEFAULT 900,
  lock_key          TEXT,
  last_error        TEXT,
  last_error_at     TEXT,
  version           INTEGER NOT NULL DEFAULT 1,
  CONSTRAINT "name must not be empty" CHECK (name <> ''),
  CONSTRAINT "payload_json must be JSON" CHECK (json_valid(payload_json)),
  CONSTRAINT "priority, max_attempts and concurrency_limit must be 32-bit integers"
    CHECK (priority BETWEEN -2147483648 AND 2147483647
      AND max_attempts BETWEEN -2147483648 AND 2147483647
      AND concurrency_limit BETWEEN -2147483648 AND 2147483647),
  CONSTRAINT "overlap must be allow, skip or queue" CHECK (overlap IN ('allow', 'skip', 'queue')),
  CONSTRAINT "times must be like 2026-01-31 12:00:00, in UTC or with an offset"
    CHECK ((last_run_at IS NULL OR strftime('%s', last_run_at) IS NOT NULL)
      AND (next_run_at IS NULL OR strftime('%s', next_run_at) IS NOT NULL)
      AND strftime('%s', updated_at) IS NOT NULL)
) STRICT;

-- What a schedule was due for, once and for all, in microseconds; result_id is null where nothing
-- was enqueued.
CREATE TABLE periodic_tick (
  name         TEXT    NOT NULL,
  scheduled_at INTEGER NOT NULL,
  result_id    INTEGER,
  PRIMARY KEY (name, scheduled_at)
) STRICT, WITHOUT ROWID;

-- The rows as the engine reads them, times in microseconds.
CREATE VIEW periodic_row AS
SELECT p.*,
  CAST(strftime('%s', last_run_at) AS INTEGER) * 1000000
    + CAST(substr(strftime('%f', last_run_at), 4) AS INTEGER) * 1000 AS last_run_micros,
  CAST(strftime('%s', next_run_at) AS INTEGER) * 1000000
    + CAST(substr(strftime('%f', next_run_at), 4) AS INTEGER) * 1000 AS next_run_micros,
  CAST(strftime('%s', updated_at) AS INTEGER) * 1000000
    + CAST(substr(strftime('%f', updated_at), 4) AS INTEGER) * 1000 AS updated_micros,
  CAST(strftime('%s', last_error_at) AS INTEGER) * 1000000 AS last_error_micros
FROM periodic_tasks p;

-- What follows from a change that somebody makes with plain SQL; the engine, which raises the
-- version itself, sees to it on its own. A row that is enabled again does not make up for what it
-- missed.
CREATE TRIGGER periodic_tasks_change AFTER UPDATE ON periodic_tasks WHEN NEW.version = OLD.version
BEGIN
  UPDATE periodic_tasks SET version = version + 1, last_error = NULL, last_error_at = NULL
  WHERE name = NEW.name;
  UPDATE periodic_tasks SET version = version + 1, next_run_at = NULL,
    updated_at = strftime('%Y-%m-%d %H:%M:%f000', 'now')
  WHERE name = NEW.name AND NEW.next_run_at IS OLD.next_run_at
    AND (NEW.cron_expr <> OLD.cron_expr OR NEW.time_zone <> OLD.time_zone
      OR (NEW.enabled AND NOT OLD.enabled));
END;

CREATE TRIGGER periodic_tasks_rename AFTER UPDATE OF name ON periodic_tasks
WHEN NEW.name <> OLD.name
BEGIN
  UPDATE periodic_tick SET name = NEW.name WHERE name = OLD.name;
END;

CREATE TRIGGER periodic_tasks_remove AFTER DELETE ON periodic_tasks
BEGIN
  DELETE FROM periodic_tick WHERE name = OLD.name;
END;
