-- Rows that only hands, old releases and accidents leave. The last worker knows nothing of them.
ALTER TABLE task_runs ALTER worker_ids DROP NOT NULL, ALTER errors_json DROP NOT NULL,
  ALTER metadata_json DROP NOT NULL, ALTER cancel_requested DROP NOT NULL,
  ALTER max_attempts TYPE bigint, ALTER timeout_seconds TYPE bigint;
INSERT INTO task_runs (result_id, backend_alias, queue_name, priority, run_after, spec_json,
  spec_hash, task_path, status, enqueued_at, started_at, last_attempted_at, finished_at, attempts,
  max_attempts, timeout_seconds, lock_key, concurrency_limit, worker_ids, return_json, errors_json,
  metadata_json, last_error, leased_by, wait_count, created_at, updated_at, cancel_requested,
  parent_id)
SELECT r.result_id, 'default', r.queue, r.priority, r.run_after::timestamptz, r.spec::jsonb, r.hash,
  r.path, r.status, r.enqueued_at::timestamptz, NULL, r.last_attempted_at::timestamptz,
  r.finished_at::timestamptz, r.attempts, r.max_attempts, r.timeout_seconds, r.lock_key,
  r.concurrency_limit, r.workers::jsonb, r.returned::jsonb, r.errors::jsonb, r.metadata::jsonb,
  r.last_error, NULL, r.wait_count, now(), now(), r.cancel, NULL
FROM (VALUES
  -- The description alone knows its path; nothing knows it, in three ways.
  (101, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'ab', NULL, 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (102, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'ab', '', 'SUCCESSFUL', '2026-01-01Z', NULL, NULL, 1, 3, 900, NULL, 0, NULL, '[1]', NULL, NULL, 'left over', 0, NULL),
  (103, 'default', 0, NULL, '{"args": []}', 'ac', NULL, 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (104, 'default', 0, NULL, '"text"', 'ad', ' ', 'WAITING', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 1, false),
  (105, 'default', 0, NULL, '[]', 'ae', '', 'RUNNING', '2026-01-01Z', '2026-01-02Z', NULL, 1, 3, 900, NULL, 0, '["w", null, 5]', NULL, '[]', '{}', NULL, 0, false),
  -- The path of another function than the one that would have run.
  (106, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'b0', 'sample.other', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  -- Statuses that nobody knows.
  (107, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'b1', 'sample.greet', 'WAITING_CALLBACK', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (108, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'b2', 'sample.greet', '', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, true),
  -- Hashes: odd, no hex, none, upper case, and one twice.
  (109, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'abc', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (110, 'default', 0, NULL, '{"task_path": "sample.greet", "n": 1}', 'not a hash', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (111, 'default', 0, NULL, '{"task_path": "sample.greet", "n": 2}', '', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (112, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'ABCDEF', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (113, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'ABCDEF', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  -- Numbers out of range, and a description that says otherwise than the columns.
  (114, '', -2147483648, NULL, '{"task_path": "sample.greet", "exec": {"max_attempts": 9, "timeout_seconds": -1, "retry": {"base_seconds": 1}}, "priority": 1.0}', 'b6', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, -4, 0, 0, 'k', -7, '[]', NULL, '[]', '{}', NULL, -3, false),
  (115, 'default', 2147483647, NULL, '{"task_path": "sample.greet", "exec": null}', 'b7', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 9999999999, 9999999999, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  -- Times at the ends of the world.
  (116, 'default', 0, 'infinity', '{"task_path": "sample.greet"}', 'b8', 'sample.greet', 'READY', '-infinity', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (117, 'default', 0, '-infinity', '{"task_path": "sample.greet"}', 'b9', 'sample.greet', 'READY', 'infinity', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false),
  (118, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'ba', 'sample.greet', 'FAILED', '2026-01-01Z', NULL, 'infinity', 3, 3, 900, NULL, 0, '{"w": 1}', '{"half": 1}', '[]', '[1]', 'broke', 0, false),
  -- Waits for nobody, though it has run.
  (119, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'bb', 'sample.greet', 'WAITING', '2026-01-01Z', '2026-01-02Z', NULL, 2, 3, 900, NULL, 0, '["w"]', NULL, '[]', '{}', NULL, 0, false),
  -- Errors of every shape.
  (120, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'bc', 'sample.greet', 'FAILED', '2026-01-01Z', NULL, NULL, 3, 3, 900, NULL, 0, '[]', NULL, '["bare text", 7, null, [1], {"at": "2026-02-30T00:00:00Z", "attempt": "x", "message": {"deep": 1}}, {"kind": 5}, {"attempt": 99999999999, "kind": "app_error", "message": "m", "at": 12}]', '{}', NULL, 0, false),
  (121, 'default', 0, NULL, '{"task_path": "sample.greet"}', 'bd', 'sample.greet', 'FAILED', '2026-01-01Z', NULL, NULL, 3, 3, 900, NULL, 0, '[]', NULL, '{"kind": "app_error", "message": "no list"}', 'null', NULL, 0, false),
  -- What a beat enqueued: no version, no lock key.
  (122, 'default', 0, '2026-01-01Z', '{"task_path": "sample.greet", "args": [], "kwargs": {}, "queue_name": "default", "priority": 0, "concurrency_key": null, "concurrency_limit": 0, "periodic_name": "nightly", "scheduled_at": "2026-01-01T00:00:00Z", "exec": {"timeout_seconds": 900, "max_attempts": 3}}', 'be', 'sample.greet', 'READY', '2026-01-01Z', NULL, NULL, 0, 3, 900, NULL, 0, '[]', NULL, '[]', '{}', NULL, 0, false))
  AS r (result_id, queue, priority, run_after, spec, hash, path, status, enqueued_at,
    last_attempted_at, finished_at, attempts, max_attempts, timeout_seconds, lock_key,
    concurrency_limit, workers, returned, errors, metadata, last_error, wait_count, cancel);
