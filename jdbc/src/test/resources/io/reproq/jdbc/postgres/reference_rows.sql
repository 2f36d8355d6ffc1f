-- Rows as that system leaves them, of every status and kind; each names all columns.
INSERT INTO task_runs (result_id, backend_alias, queue_name, priority, run_after, spec_json,
  spec_hash, task_path, status, enqueued_at, started_at, last_attempted_at, finished_at, attempts,
  max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit, worker_ids,
  return_json, errors_json, metadata_json, last_error, failed_at, leased_until, leased_by, logs_uri,
  artifacts_uri, expires_at, parent_id, workflow_id, wait_count, created_at, updated_at,
  cancel_requested)
SELECT r.result_id, r.alias, r.queue, r.priority, r.run_after,
  jsonb_build_object('v', 1, 'task_path', 'sample.greet', 'args', '[]'::jsonb,
    'kwargs', jsonb_build_object('n', r.result_id), 'takes_context', false,
    'queue_name', r.queue, 'priority', r.priority, 'lock_key', r.lock_key,
    'concurrency_key', r.concurrency_key, 'concurrency_limit', r.concurrency_limit,
    'run_after', to_char(r.run_after AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'),
    'exec', jsonb_build_object('timeout_seconds', 900, 'max_attempts', r.max_attempts),
    'provenance', '{"code_ref": null, "pip_lock_hash": null}'::jsonb),
  CASE WHEN r.workflow_id IS NULL THEN encode(sha256(r.result_id::text::bytea), 'hex')
    ELSE md5(r.result_id::text) END,
  'sample.greet', r.status, e.at, r.started_at, r.last_attempted_at, r.finished_at, r.attempts,
  r.max_attempts, 900, r.lock_key, r.concurrency_key, r.concurrency_limit, r.worker_ids::jsonb,
  r.return_json::jsonb, r.errors_json::jsonb, r.metadata_json::jsonb, r.last_error,
  CASE r.status WHEN 'FAILED' THEN r.finished_at END,
  -- One without a lease, as a crash may leave it: nobody there ever took such a task back.
  CASE WHEN r.status = 'RUNNING' AND r.result_id <> 8
    THEN r.last_attempted_at + interval '5 minutes' END,
  CASE r.status WHEN 'RUNNING' THEN 'host-7' END, r.logs_uri, r.artifacts_uri, r.expires_at,
  r.parent_id, r.workflow_id, r.wait_count, e.at, coalesce(r.finished_at, e.at), r.cancel_requested
FROM (SELECT timestamptz '2026-03-01 08:00:00.123456Z' AS at) e
CROSS JOIN LATERAL (VALUES
  -- READY: plain; urgent, under keys; with an empty key, which is one; due since long; not yet due;
  -- between two attempts; not wanted any more.
  (1, 'default', 'default', 0, NULL::timestamptz, 'READY', NULL::timestamptz, NULL::timestamptz,
    NULL::timestamptz, 0, 3, NULL, NULL, 0, '[]', NULL, '[]', '{}', NULL, NULL, NULL,
    NULL::timestamptz, NULL::bigint, NULL::uuid, 0, false),
  (2, 'other', 'mail', 50, NULL, 'READY', NULL, NULL, NULL, 0, 5, 'user:1', 'account:1', 2, '[]',
    NULL, '[]', '{"a": {"b": [1]}}', NULL, NULL, NULL, '2027-01-01 00:00:00Z', NULL, NULL, 0, false),
  (3, 'default', 'default', -3, NULL, 'READY', NULL, NULL, NULL, 0, 3, '', '', 0, '[]', NULL, '[]',
    '{}', NULL, NULL, NULL, NULL, NULL, NULL, 0, false),
  (4, 'default', 'default', 0, '2026-03-02 00:00:00Z', 'READY', NULL, NULL, NULL, 0, 3, NULL, NULL,
    0, '[]', NULL, '[]', '{}', NULL, NULL, NULL, NULL, NULL, NULL, 0, false),
  (5, 'default', 'default', 0, '2126-03-02 00:00:00Z', 'READY', NULL, NULL, NULL, 0, 3, NULL, NULL,
    0, '[]', NULL, '[]', '{}', NULL, NULL, NULL, NULL, NULL, NULL, 0, false),
  (6, 'default', 'default', 0, '2126-03-02 00:00:00Z', 'READY', '2026-03-01 08:00:05Z',
    '2026-03-01 08:01:05Z', NULL, 2, 3, NULL, NULL, 0, '["host-7", "host-8"]', NULL,
    '[{"kind": "app_error", "exception_class": "ValueError", "traceback": "Traceback\n  é", "message": "no", "attempt": 1, "at": "2026-03-01T13:45:06.123456789+05:45", "worker_id": "host-7"},
      {"kind": "infra_error", "message": "context deadline exceeded", "at": "2026-03-01T08:01:07Z"}]',
    '{}', NULL, '/var/log/task-6-attempt-2.log', NULL, NULL, NULL, NULL, 0, false),
  (7, 'default', 'default', 0, NULL, 'READY', NULL, NULL, NULL, 0, 3, NULL, NULL, 0, '[]', NULL,
    '[]', '{}', NULL, NULL, NULL, NULL, NULL, NULL, 0, true),
  -- RUNNING: with an attempt left, at the last one, and to be cancelled.
  (8, 'default', 'default', 0, NULL, 'RUNNING', '2026-03-01 08:00:05Z', '2026-03-01 08:01:05Z',
    NULL, 2, 3, NULL, NULL, 0, '["host-7", "host-7"]', NULL,
    '[{"kind": "lease_expiry", "message": "Worker heartbeat lost or process crashed", "at": "2026-03-01T08:01:00.5+00:00"}]',
    '{}', NULL, NULL, NULL, NULL, NULL, NULL, 0, false),
  (9, 'default', 'default', 0, NULL, 'RUNNING', '2026-03-01 08:00:05Z', '2026-03-01 08:01:05Z',
    NULL, 3, 3, NULL, NULL, 0, '["host-6", "host-8", "host-7"]', NULL, '[]', '{}', NULL, NULL, NULL,
    NULL, NULL, NULL, 0, false),
  (10, 'default', 'default', 0, NULL, 'RUNNING', '2026-03-01 08:00:05Z', '2026-03-01 08:00:05Z',
    NULL, 1, 3, NULL, NULL, 0, '["host-7"]', NULL, '[]', '{}', NULL, NULL, NULL, NULL, NULL, NULL,
    0, true),
  -- A chain and a chord; a member of the chain that is not wanted any more.
  (11, 'default', 'default', 0, NULL, 'SUCCESSFUL', '2026-03-01 08:00:05Z', '2026-03-01 08:00:05Z',
    '2026-03-01 08:00:06Z', 1, 3, NULL, NULL, 0, '["host-7"]', 'null', '[]', '{}', NULL, NULL, NULL,
    NULL, NULL, '11111111-1111-1111-1111-111111111111', 0, false),
  (12, 'default', 'default', 0, NULL, 'WAITING', NULL, NULL, NULL, 0, 3, NULL, NULL, 0, '[]', NULL,
    '[]', '{}', NULL, NULL, NULL, NULL, 11, '11111111-1111-1111-1111-111111111111', 1, false),
  (13, 'default', 'default', 0, NULL, 'WAITING', NULL, NULL, NULL, 0, 3, NULL, NULL, 0, '[]', NULL,
    '[]', '{}', NULL, NULL, NULL, NULL, 12, '11111111-1111-1111-1111-111111111111', 1, true),
  (14, 'default', 'default', 0, NULL, 'WAITING', NULL, NULL, NULL, 0, 3, NULL, NULL, 0, '[]', NULL,
    '[]', '{}', NULL, NULL, NULL, NULL, NULL, '22222222-2222-2222-2222-222222222222', 7, false),
  -- Over.
  (15, 'default', 'mail', 0, '2026-03-02 00:00:00Z', 'SUCCESSFUL', '2026-03-02 00:00:05Z',
    '2026-03-02 00:01:05Z', '2026-03-02 00:02:00.000001Z', 2, 3, 'user:1', NULL, 0,
    '["host-8", "host-7"]', '{"z": 1, "text": "né"}',
    '[{"kind": "app_error", "exception_class": "", "traceback": "", "message": "Invalid JSON on stdout: unexpected end of JSON input", "attempt": 1, "at": "2026-03-02T00:00:06Z", "worker_id": "host-8"}]',
    '{"seen": true}', NULL, 'logs/a.log', 's3://bucket/a', '2026-04-01 00:00:00Z', NULL, NULL, 0,
    false),
  (16, 'default', 'default', 0, NULL, 'SUCCESSFUL', '2026-03-01 08:00:05Z', '2026-03-01 08:00:05Z',
    '2026-03-01 08:00:06Z', 1, 3, NULL, NULL, 0, '["host-7"]', NULL, '[]', '{}', NULL, NULL, NULL,
    NULL, NULL, NULL, 0, true),
  (17, 'default', 'default', 0, NULL, 'FAILED', '2026-03-01 08:00:05Z', '2026-03-01 08:00:05Z',
    '2026-03-01 08:00:06Z', 1, 1, NULL, NULL, 0, '["host-7"]', NULL,
    '[{"kind": "security_violation", "message": "security violation: unauthorized task module path: sample.greet", "at": "2026-03-01T08:00:06Z", "task_path": "sample.greet"}]',
    '{}', 'security violation: unauthorized task module path: sample.greet', NULL, NULL, NULL, NULL,
    NULL, 0, false),
  (18, 'default', 'default', 0, NULL, 'FAILED', '2026-03-01 08:00:05Z', '2026-03-01 08:00:05Z',
    '2026-03-01 08:00:06Z', 1, 3, NULL, NULL, 0, '["host-7"]', NULL,
    '[{"kind": "reclaim", "at": "2026-03-01T08:00:06+00:00", "message": "Lease expired; marking task failed."},
      {"kind": "workflow_failed", "message": "Workflow failed due to task failure", "failed_result_id": 11, "at": "2026-03-01T08:00:07Z"},
      {"kind": "from_elsewhere", "message": "?", "detail": {"a": 1}, "at": "never"}]',
    '{}', 'reclaim', NULL, NULL, NULL, NULL, NULL, 0, false),
  (19, 'default', 'default', 0, NULL, 'CANCELLED', NULL, NULL, '2026-03-01 08:00:06Z', 0, 3, NULL,
    NULL, 0, '[]', NULL, '[]', '{}', 'Discarded in admin', NULL, NULL, NULL, NULL, NULL, 0, false))
  AS r (result_id, alias, queue, priority, run_after, status, started_at, last_attempted_at,
    finished_at, attempts, max_attempts, lock_key, concurrency_key, concurrency_limit, worker_ids,
    return_json, errors_json, metadata_json, last_error, logs_uri, artifacts_uri, expires_at,
    parent_id, workflow_id, wait_count, cancel_requested);

SELECT setval(pg_get_serial_sequence('task_runs', 'result_id'), 25);

INSERT INTO periodic_tasks (name, cron_expr, task_path, payload_json, queue_name, priority,
  max_attempts, concurrency_key, concurrency_limit, last_run_at, next_run_at, enabled, created_at,
  updated_at)
VALUES ('nightly', '0 3 * * *', 'sample.greet', '{"name": "Ada"}', 'default', 0, 3, NULL, 0, NULL,
  '2126-03-02 03:00:00Z', true, '2026-03-01 08:00:00Z', '2026-03-01 08:00:00Z');

INSERT INTO reproq_queue_controls (queue_name, paused, paused_at, reason, created_at, updated_at)
VALUES ('mail', true, '2026-03-01 08:00:00Z', 'too much mail', '2026-03-01 08:00:00Z',
    '2026-03-01 08:00:00Z'),
  ('default', false, NULL, NULL, '2026-03-01 08:00:00Z', '2026-03-01 08:00:00Z');

INSERT INTO reproq_workers (worker_id, hostname, concurrency, queues, started_at, last_seen_at,
  version)
VALUES ('host-7', 'host', 10, '["default", "mail"]', '2026-03-01 08:00:00Z', now(), '0.0.144');
