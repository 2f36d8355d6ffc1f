-- Workflows: tasks that wait for each other.
--
-- Old workers: must be stopped; they would not tell a workflow of its members' ends.
-- Lock: the write lock, while one index on all tasks is made.

-- How far a workflow has come; a callback is not among the counts. What is enqueued when it fails
-- has a spec, headers, and in microseconds a start and an end: since 1970, or after that.
CREATE TABLE workflow (
  workflow_id        TEXT    NOT NULL PRIMARY KEY,
  expected_count     INTEGER NOT NULL CHECK (expected_count >= 0),
  success_count      INTEGER NOT NULL DEFAULT 0 CHECK (success_count >= 0),
  failure_count      INTEGER NOT NULL DEFAULT 0 CHECK (failure_count >= 0),
  callback_result_id INTEGER,
  status             TEXT    NOT NULL
    CHECK (status IN ('RUNNING', 'WAITING_CALLBACK', 'SUCCESSFUL', 'FAILED')),
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  failure_spec       TEXT,
  failure_headers    TEXT,
  failure_start      INTEGER,
  failure_delay      INTEGER,
  failure_expiry     INTEGER,
  failure_life       INTEGER,
  CHECK (success_count + failure_count <= expected_count)
) STRICT, WITHOUT ROWID;

-- dependant_id starts when result_id has succeeded, and all else that it depends on.
CREATE TABLE dependency (
  dependant_id INTEGER NOT NULL,
  result_id    INTEGER NOT NULL,
  PRIMARY KEY (dependant_id, result_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_result ON dependency (result_id, dependant_id);

CREATE INDEX task_workflow ON task (workflow_id, result_id) WHERE workflow_id IS NOT NULL;

-- Members that a client's command has ended. Workers look here each second and tell their
-- workflows.
CREATE TABLE untold_member (
  result_id INTEGER PRIMARY KEY
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

-- Every workflow that has a task.
CREATE VIEW workflow_runs AS
SELECT workflow_id, expected_count, success_count, failure_count, callback_result_id, status,
  strftime('%Y-%m-%d %H:%M:%S', created_at / 1000000, 'unixepoch')
    || printf('.%06d', created_at % 1000000) AS created_at,
  strftime('%Y-%m-%d %H:%M:%S', updated_at / 1000000, 'unixepoch')
    || printf('.%06d', updated_at % 1000000) AS updated_at
FROM workflow;
