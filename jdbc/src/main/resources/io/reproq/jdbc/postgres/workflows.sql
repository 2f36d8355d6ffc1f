-- Workflows, as far as they are not told of by the ends of tasks.

-- name: enqueue_workflow
-- The columns of the tasks and those of the dependencies are arrays of their own lengths.
SELECT e.result_id
FROM (SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now) c
CROSS JOIN LATERAL reproq.enqueue_workflow(:workflow_id::uuid, ARRAY(
    SELECT ROW(u.task_path, u.queue_name, u.priority, u.spec_json, NULL, u.max_attempts,
      u.timeout_seconds, u.lock_key, u.concurrency_key, u.concurrency_limit, u.headers::json, NULL,
      coalesce('epoch'::timestamptz + u.start_micros * interval '1 microsecond',
        c.now + nullif(u.delay_micros, 0) * interval '1 microsecond'),
      coalesce('epoch'::timestamptz + u.expiry_micros * interval '1 microsecond',
        c.now + u.life_micros * interval '1 microsecond'))::reproq.new_task
    FROM unnest(:paths::text[], :queues::text[], :priorities::integer[], :specs::text[],
      :max_attempts::integer[], :timeouts::double precision[], :lock_keys::text[],
      :concurrency_keys::text[], :concurrency_limits::integer[], :headers::text[],
      :starts::bigint[], :delays::bigint[], :expiries::bigint[], :lives::bigint[])
      WITH ORDINALITY AS u (task_path, queue_name, priority, spec_json, max_attempts,
        timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, start_micros,
        delay_micros, expiry_micros, life_micros, ord)
    ORDER BY u.ord),
  :froms::integer[], :tos::integer[], :callback::integer, (
    SELECT json_build_object('spec', f.spec, 'headers', f.headers::json,
      'run_after', 'epoch'::timestamptz + f.start_micros * interval '1 microsecond',
      'delay', f.delay_micros,
      'expires_at', 'epoch'::timestamptz + f.expiry_micros * interval '1 microsecond',
      'life', f.life_micros)
    FROM (SELECT :failure_spec::text AS spec, :failure_headers::text AS headers,
      :failure_start::bigint AS start_micros, :failure_delay::bigint AS delay_micros,
      :failure_expiry::bigint AS expiry_micros, :failure_life::bigint AS life_micros) f
    WHERE f.spec IS NOT NULL),
  c.now) e
ORDER BY e.ord

-- name: results
SELECT f.return_json FROM reproq.dependency d
JOIN reproq.finished f ON f.result_id = d.result_id
WHERE d.dependant_id = :result_id AND f.status = 'SUCCESSFUL'
ORDER BY d.result_id

-- name: find_workflow
SELECT workflow_id, status, expected_count, success_count, failure_count, callback_result_id,
  created_at, updated_at
FROM reproq.workflow WHERE workflow_id = :workflow_id
