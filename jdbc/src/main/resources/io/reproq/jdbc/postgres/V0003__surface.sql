-- The public surface, as far as it reads: what anybody may look at with psql or any other client.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; only new views.
--
-- The views lie in the first schema of the search path, where people look; what they read lies in
-- reproq.

-- Every task there is.
CREATE VIEW task_runs AS
SELECT
  p.result_id,
  p.backend_alias,
  p.queue_name,
  p.priority,
  p.run_after,
  p.spec_json,
  encode(p.spec_hash, 'hex') AS spec_hash,
  p.task_path,
  p.status,
  p.enqueued_at,
  p.started_at,
  p.last_attempted_at,
  p.finished_at,
  p.attempts,
  p.max_attempts,
  ceil(p.timeout_seconds)::integer AS timeout_seconds,
  p.lock_key,
  p.concurrency_key,
  p.concurrency_limit,
  to_jsonb(p.worker_ids) AS worker_ids,
  p.return_json,
  (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'kind', f.kind,
      'exception_class', CASE f.kind WHEN 'app_error' THEN coalesce(f.exception_class, '')
        ELSE f.exception_class END,
      'message', f.message,
      'traceback', CASE f.kind WHEN 'app_error' THEN coalesce(f.traceback, '')
        ELSE f.traceback END,
      'attempt', f.attempt,
      'at', to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'worker_id', f.worker_id,
      'task_path', CASE WHEN f.kind IN ('cancelled', 'security_violation')
        THEN p.task_path END)) || coalesce(f.more, '{}') ORDER BY f.failure_id), '[]')
    FROM reproq.failure f WHERE f.result_id = p.result_id) AS errors_json,
  coalesce((SELECT m.metadata_json FROM reproq.attachment m WHERE m.result_id = p.result_id), '{}')
    AS metadata_json,
  p.last_error,
  CASE p.status WHEN 'FAILED' THEN p.finished_at END AS failed_at,
  p.leased_until,
  p.leased_by,
  (SELECT m.logs_uri FROM reproq.attachment m WHERE m.result_id = p.result_id) AS logs_uri,
  (SELECT m.artifacts_uri FROM reproq.attachment m WHERE m.result_id = p.result_id) AS artifacts_uri,
  p.expires_at,
  p.parent_id,
  p.workflow_id,
  p.wait_count,
  p.enqueued_at AS created_at,
  coalesce(p.finished_at, p.last_attempted_at, p.enqueued_at) AS updated_at,
  p.cancel_requested,
  p.place,
  p.parked_key,
  p.version
FROM reproq.task_place p;

-- Every process that works, living or not yet found dead.
CREATE VIEW reproq_workers AS
SELECT worker_id, hostname, concurrency, to_jsonb(queues) AS queues, started_at, last_seen_at,
  version, leased_until, incarnation
FROM reproq.worker WHERE NOT dead;
