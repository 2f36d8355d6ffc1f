-- Adopts the tables of the system that Reproq replaces, where there are any: they are moved aside,
-- into the schema reproq_before, and every task is copied from there to its place. Of the two
-- shapes of those tables no column's default is relied on, and none's content.
--
-- Old workers: must be stopped; one that is seen alive stops this.
-- Lock: task_runs, reproq_workers, reproq_queue_controls, periodic_tasks, workflow_runs and rate_limits
-- are locked against everybody from the first statement to the commit of all steps, about a minute
-- for a million tasks; without such tables none that matters.

-- Moves the old tables aside, because views of ours take their names.
DO $aside$
DECLARE
  wanted CONSTANT text[] := ARRAY['result_id', 'backend_alias', 'queue_name', 'priority',
    'run_after', 'spec_json', 'spec_hash', 'task_path', 'status', 'enqueued_at', 'started_at',
    'last_attempted_at', 'finished_at', 'attempts', 'max_attempts', 'timeout_seconds', 'lock_key',
    'concurrency_key', 'concurrency_limit', 'worker_ids', 'return_json', 'errors_json',
    'metadata_json', 'last_error', 'failed_at', 'leased_until', 'leased_by', 'logs_uri',
    'artifacts_uri', 'expires_at', 'parent_id', 'workflow_id', 'wait_count', 'cancel_requested'];
  periodic CONSTANT text[] := ARRAY['name', 'cron_expr', 'task_path', 'payload_json', 'queue_name',
    'priority', 'max_attempts', 'concurrency_key', 'concurrency_limit', 'last_run_at',
    'next_run_at', 'enabled', 'created_at', 'updated_at'];
  old   regclass;
  name  text;
  found text;
BEGIN
  FOREACH name IN ARRAY ARRAY['task_runs', 'reproq_workers', 'reproq_queue_controls',
    'periodic_tasks', 'workflow_runs', 'rate_limits'] LOOP
    old := to_regclass(name);
    CONTINUE WHEN old IS NULL;

    IF (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = old) THEN
      RAISE EXCEPTION '% is there already and is no table, so it cannot be adopted and its name '
        'cannot be taken: rename it', old;
    END IF;
    IF to_regclass('reproq_before.' || name) IS NOT NULL THEN
      RAISE EXCEPTION 'reproq_before.% is there already, from an earlier adoption: rename the '
        'schema reproq_before, or drop it', name;
    END IF;
    BEGIN
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', old);
    EXCEPTION WHEN lock_not_available THEN
      RAISE EXCEPTION '% is in use, and was not to be had within %: stop the old workers and '
        'whoever else uses it, and try again', old, current_setting('lock_timeout')
        USING ERRCODE = 'lock_not_available';
    END;

    IF name IN ('task_runs', 'periodic_tasks') THEN
      SELECT string_agg(w.name, ', ' ORDER BY w.name) INTO found
      FROM unnest(CASE name WHEN 'task_runs' THEN wanted ELSE periodic END) AS w (name)
      WHERE NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = old AND a.attname = w.name AND NOT a.attisdropped);
      IF found IS NOT NULL THEN
        RAISE EXCEPTION 'the table % lacks %, so it cannot be adopted and its name cannot be '
          'taken: rename it', old, found;
      END IF;
    ELSIF name = 'reproq_workers' THEN
      -- A worker that has gone stays in the table, so its time alone proves nothing; together with
      -- somebody who updates task_runs it does. Whoever waits for us is seen here too.
      EXECUTE format(
        'SELECT string_agg(worker_id, '', '') FROM %s WHERE last_seen_at > %L::timestamptz', old,
        clock_timestamp() - interval '2 minutes') INTO found;
      IF found IS NOT NULL AND EXISTS (SELECT FROM pg_stat_activity s
        WHERE s.datname = current_database() AND s.pid <> pg_backend_pid()
          AND s.state_change > clock_timestamp() - interval '2 minutes'
          AND s.query ~* '\mupdate\M' AND s.query ~* '\mtask_runs\M') THEN
        RAISE EXCEPTION 'old workers are alive (%): stop them, because what they run would be run '
          'a second time, and try again', found USING ERRCODE = 'object_in_use';
      END IF;
    END IF;

    SELECT string_agg(c.conrelid::regclass || ' (' || c.conname || ')', ', ') INTO found
    FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = old AND c.conrelid <> old;
    IF found IS NOT NULL THEN
      RAISE EXCEPTION 'foreign keys refer to %, which becomes a view: drop those of %', old, found;
    END IF;
    SELECT string_agg(DISTINCT r.ev_class::regclass::text, ', ') INTO found
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = old;
    IF found IS NOT NULL THEN
      RAISE EXCEPTION 'views read % and would go on to read the old rows: drop %, and make them '
        'again afterwards', old, found;
    END IF;

    CREATE SCHEMA IF NOT EXISTS reproq_before;
    EXECUTE format('ALTER TABLE %s SET SCHEMA reproq_before', old);
  END LOOP;
END $aside$;

-- Copies the tasks to their places.
DO $adopt$
DECLARE
  size    bigint := (SELECT value FROM reproq.setting WHERE name = 'partition_size');
  low     bigint := (SELECT max(substring(pg_get_expr(c.relpartbound, c.oid)
    FROM 'TO \(''(\d+)''\)')::bigint)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'reproq.task'::regclass);
  highest bigint := 0;
  piece   bigint;
  start   bigint;
  name    text;
  before  bigint;
  told    text;
BEGIN
  IF to_regclass('reproq_before.task_runs') IS NULL THEN
    RETURN;
  END IF;

  -- New ids follow the old ones, also those that were given out and deleted.
  IF pg_get_serial_sequence('reproq_before.task_runs', 'result_id') IS NOT NULL THEN
    EXECUTE 'SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM '
      || pg_get_serial_sequence('reproq_before.task_runs', 'result_id') INTO highest;
  END IF;
  highest := greatest(highest, (SELECT max(result_id) FROM reproq_before.task_runs));
  IF highest > 9000000000000000000 THEN
    RAISE EXCEPTION 'task % leaves no room for the ids after it: give it a smaller result_id, or '
      'delete it', highest;
  END IF;
  IF highest > (SELECT last_value FROM reproq.task_id) THEN
    PERFORM setval('reproq.task_id', highest);
  END IF;

  -- Partitions for the old ids, of which there may be few far apart: at most sixteen, and only
  -- where there are any. Those around the next id are made as always.
  piece := greatest(1, ((highest / size * size - low) / size + 15) / 16) * size;
  FOR start IN
    SELECT DISTINCT low + (result_id - low) / piece * piece FROM reproq_before.task_runs
    WHERE result_id >= low AND result_id < highest / size * size
  LOOP
    FOREACH name IN ARRAY ARRAY['task', 'finished'] LOOP
      EXECUTE format('CREATE TABLE reproq.%I PARTITION OF reproq.%I FOR VALUES FROM (%s) TO (%s)',
        name || '_' || lpad(start::text, greatest(12, length(start::text)), '0'), name,
        start, least(start + piece, highest / size * size));
    END LOOP;
  END LOOP;
  PERFORM reproq.add_partitions();

  -- A time within the years that everybody can read.
  CREATE FUNCTION reproq_before.within(t timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  'SELECT CASE WHEN t > ''9999-12-31 00:00:00Z'' THEN ''9999-12-31 00:00:00Z''
    WHEN t < ''0001-01-01 00:00:00Z'' THEN ''0001-01-01 00:00:00Z'' ELSE t END';

  -- The time that a text tells, null when it tells none.
  CREATE FUNCTION reproq_before.time_of(t text) RETURNS timestamptz LANGUAGE plpgsql
  SET timezone = 'UTC' AS $$
  BEGIN
    RETURN reproq_before.within(t::timestamptz);
  EXCEPTION WHEN data_exception THEN
    RETURN NULL;
  END $$;

  -- A description that says what the columns say, because the columns ruled. It is left as it is
  -- where it says so already, by leaving something out too.
  CREATE FUNCTION reproq_before.agreed(spec jsonb, rules jsonb, exec jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
      WHEN jsonb_typeof(spec) IS DISTINCT FROM 'object' THEN coalesce(spec, 'null')
      WHEN (SELECT bool_and(coalesce(spec -> r.key, d.defaults -> r.key)::text = r.value::text)
          FROM jsonb_each(rules) r)
        AND (SELECT bool_and(coalesce(e.given -> x.key, d.defaults -> x.key)::text = x.value::text)
          FROM jsonb_each(exec) x)
        THEN spec
      ELSE spec || rules || jsonb_build_object('exec', e.given || exec) END
    FROM (SELECT CASE jsonb_typeof(spec -> 'exec') WHEN 'object' THEN spec -> 'exec'
        ELSE '{}' END AS given) e,
      (SELECT '{"queue_name": "default", "priority": 0, "lock_key": null, "concurrency_key": null,
        "concurrency_limit": 0, "max_attempts": 3, "timeout_seconds": 900}'::jsonb AS defaults) d
  $$;

  -- Workers become numbers. There are few lists of them, each of many tasks.
  CREATE TABLE reproq_before.worker_list AS
  SELECT DISTINCT worker_ids, NULL::integer[] AS numbers FROM reproq_before.task_runs
  WHERE jsonb_typeof(worker_ids) = 'array' AND worker_ids <> '[]';
  CREATE TABLE reproq_before.worker_number AS
  SELECT e.worker_id, gen_random_uuid() AS incarnation
  FROM reproq_before.worker_list l
  CROSS JOIN jsonb_array_elements_text(l.worker_ids) AS e (worker_id)
  WHERE e.worker_id IS NOT NULL
  GROUP BY e.worker_id;
  INSERT INTO reproq.worker_name (incarnation, worker_id)
  SELECT incarnation, worker_id FROM reproq_before.worker_number ORDER BY worker_id;
  UPDATE reproq_before.worker_list l SET numbers = n.numbers
  FROM (SELECT l.worker_ids, array_agg(w.number ORDER BY e.ord) AS numbers
    FROM reproq_before.worker_list l
    CROSS JOIN jsonb_array_elements_text(l.worker_ids) WITH ORDINALITY AS e (worker_id, ord)
    JOIN reproq_before.worker_number b ON b.worker_id = e.worker_id
    JOIN reproq.worker_name w ON w.incarnation = b.incarnation
    GROUP BY l.worker_ids) n
  WHERE n.worker_ids = l.worker_ids;
  ANALYZE reproq_before.worker_list;

  -- What becomes of every row: its fate is its place or, when it is over, its status. What it was
  -- not yet comes from here, and the cause says why. A worker that held it is no more, so a RUNNING
  -- task is treated like one whose lease has ended.
  CREATE VIEW reproq_before.adoptee AS
  SELECT o.result_id, o.status, c.task_path, c.max_attempts, c.attempts, c.priority, c.queue_name,
    c.timeout_seconds, c.concurrency_limit, c.enqueued_at, l.numbers AS workers, o.worker_ids,
    reproq_before.within(o.last_attempted_at) AS last_attempted_at,
    CASE WHEN o.started_at IS DISTINCT FROM o.last_attempted_at
      THEN reproq_before.within(o.started_at) END AS started_at,
    reproq_before.within(o.run_after) AS run_after,
    reproq_before.within(coalesce(o.finished_at, o.failed_at)) AS finished_at,
    o.backend_alias, o.spec_json, o.spec_hash, o.lock_key, o.concurrency_key, o.return_json,
    o.errors_json, o.metadata_json, o.last_error, o.leased_by, o.logs_uri, o.artifacts_uri,
    reproq_before.within(o.expires_at) AS expires_at, o.parent_id, o.workflow_id, o.wait_count,
    f.fate, CASE WHEN f.fate IN ('SUCCESSFUL', 'FAILED', 'CANCELLED') THEN 'finished'
      ELSE f.fate END AS place,
    f.cause, CASE f.cause WHEN 'lease_expiry' THEN 'Worker heartbeat lost or process crashed'
      WHEN 'cancelled' THEN 'Task cancelled by request'
      WHEN 'invalid_spec' THEN f.complaint END AS message
  FROM reproq_before.task_runs o
  LEFT JOIN reproq_before.worker_list l ON l.worker_ids = o.worker_ids
  CROSS JOIN LATERAL (SELECT
    CASE WHEN o.status IN ('SUCCESSFUL', 'FAILED', 'CANCELLED')
      THEN coalesce(nullif(o.task_path, ''), o.spec_json ->> 'task_path', '')
      -- Which code would have run; the column only says so too.
      ELSE coalesce(nullif(o.spec_json ->> 'task_path', ''), o.task_path, '') END AS task_path,
    greatest(1, least(2147483647, coalesce(o.max_attempts, 3)))::integer AS max_attempts,
    greatest(0, least(1000000000, coalesce(o.attempts, 0)))::integer AS attempts,
    greatest(-2147483648, least(2147483647, coalesce(o.priority, 0)))::integer AS priority,
    coalesce(nullif(o.queue_name, ''), 'default') AS queue_name,
    CASE WHEN o.timeout_seconds > 0 THEN least(2147483647, o.timeout_seconds) ELSE 900 END
      AS timeout_seconds,
    greatest(0, least(2147483647, coalesce(o.concurrency_limit, 0)))::integer AS concurrency_limit,
    reproq_before.within(coalesce(o.enqueued_at, o.started_at, now())) AS enqueued_at) c
  CROSS JOIN LATERAL (SELECT CASE
    WHEN o.status NOT IN ('READY', 'RUNNING', 'WAITING') OR o.status IS NULL
      THEN 'the status was ' || coalesce('''' || o.status || '''', 'null') || ', which nobody knows'
    WHEN btrim(c.task_path) = '' THEN 'task_path is missing' END AS complaint) p
  CROSS JOIN LATERAL (SELECT CASE
    WHEN o.status IN ('SUCCESSFUL', 'FAILED', 'CANCELLED') THEN NULL
    WHEN o.cancel_requested THEN CASE o.status WHEN 'RUNNING' THEN 'cancelled' END
    WHEN p.complaint IS NOT NULL THEN 'invalid_spec'
    WHEN o.status = 'RUNNING' THEN 'lease_expiry' END AS cause,
    CASE
    WHEN o.status IN ('SUCCESSFUL', 'FAILED', 'CANCELLED') THEN o.status
    WHEN o.cancel_requested THEN 'CANCELLED'
    WHEN p.complaint IS NOT NULL THEN 'FAILED'
    WHEN o.status = 'WAITING' THEN 'waiting'
    WHEN o.status = 'RUNNING' AND c.attempts >= c.max_attempts THEN 'FAILED'
    WHEN o.status = 'READY' AND o.run_after > now() THEN 'deferred'
    ELSE 'ready' END AS fate, p.complaint) f;

  INSERT INTO reproq.task (result_id, enqueued_at, timeout_seconds, priority, max_attempts,
    concurrency_limit, spec_json, spec_hash, lock_key, concurrency_key, backend_alias, parent_id,
    workflow_id, expires_at, is_unique)
  SELECT result_id, enqueued_at, timeout_seconds, priority, max_attempts, concurrency_limit,
    CASE place WHEN 'finished' THEN coalesce(spec_json, 'null') ELSE reproq_before.agreed(spec_json,
      jsonb_build_object('queue_name', queue_name, 'priority', priority, 'lock_key', lock_key,
        'concurrency_key', concurrency_key, 'concurrency_limit', concurrency_limit),
      jsonb_build_object('max_attempts', max_attempts, 'timeout_seconds', timeout_seconds))
      END::text::json,
    -- Blank-padded in one of the shapes; 32 digits where it was a random number.
    CASE WHEN btrim(spec_hash) ~ '^([0-9A-Fa-f]{2})+$' THEN decode(btrim(spec_hash), 'hex') END,
    lock_key, concurrency_key, nullif(backend_alias, 'default'), parent_id, workflow_id, expires_at,
    CASE WHEN workflow_id IS NULL THEN true END
  FROM reproq_before.adoptee;

  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied)
  SELECT result_id, reproq.rank_of(priority, enqueued_at, g.value::bigint), 1, attempts, queue_name,
    task_path, started_at, last_attempted_at, workers,
    reproq.is_tied(lock_key, concurrency_key, concurrency_limit, expires_at, workflow_id)
  FROM reproq_before.adoptee, reproq.setting g WHERE place = 'ready' AND g.name = 'aging_ms';

  INSERT INTO reproq.deferred (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, workers, is_tied, run_after)
  SELECT result_id, reproq.rank_of(priority, enqueued_at, g.value::bigint), 1, attempts, queue_name,
    task_path, started_at, last_attempted_at, workers,
    reproq.is_tied(lock_key, concurrency_key, concurrency_limit, expires_at, workflow_id), run_after
  FROM reproq_before.adoptee, reproq.setting g WHERE place = 'deferred' AND g.name = 'aging_ms';

  INSERT INTO reproq.waiting (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, workers, is_tied, wait_count)
  SELECT result_id, reproq.rank_of(priority, enqueued_at, g.value::bigint), 1, 0, queue_name,
    task_path, started_at, last_attempted_at, workers,
    reproq.is_tied(lock_key, concurrency_key, concurrency_limit, expires_at, workflow_id),
    greatest(1, least(2147483647, coalesce(wait_count, 1)))::integer
  FROM reproq_before.adoptee, reproq.setting g WHERE place = 'waiting' AND g.name = 'aging_ms';

  INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts, status,
    queue_name, task_path, return_json, last_error, started_at, workers)
  SELECT result_id,
    CASE WHEN status = fate THEN coalesce(finished_at, last_attempted_at, enqueued_at)
      ELSE now() END,
    CASE fate WHEN 'SUCCESSFUL' THEN coalesce(last_attempted_at, started_at, finished_at,
      enqueued_at) ELSE last_attempted_at END,
    2, attempts, fate, queue_name, task_path,
    CASE fate WHEN 'SUCCESSFUL' THEN return_json::text::json END,
    CASE WHEN cause = 'lease_expiry' THEN cause || ': ' || message
      WHEN fate <> 'SUCCESSFUL' THEN coalesce(message, last_error) END,
    started_at, workers
  FROM reproq_before.adoptee WHERE place = 'finished';

  -- What has a column of its own goes there, all else stays with it.
  INSERT INTO reproq.failure (result_id, attempt, kind, exception_class, message, traceback, at,
    worker_id, more)
  SELECT a.result_id, CASE WHEN x.has_attempt THEN (e.error ->> 'attempt')::integer ELSE 0 END,
    CASE WHEN x.has_kind THEN e.error ->> 'kind' WHEN e.error ->> 'kind' = 'reclaim'
      THEN 'lease_expiry' ELSE 'infra_error' END,
    nullif(e.error ->> 'exception_class', ''),
    coalesce(e.error ->> 'message', e.error ->> 'kind', e.error::text),
    nullif(e.error ->> 'traceback', ''), coalesce(x.at, a.last_attempted_at, a.enqueued_at),
    e.error ->> 'worker_id',
    nullif(e.error - ARRAY['exception_class', 'message', 'traceback', 'worker_id']
      - CASE WHEN x.has_kind THEN 'kind' ELSE '' END
      - CASE WHEN x.has_attempt THEN 'attempt' ELSE '' END
      - CASE WHEN x.at IS NOT NULL THEN 'at' ELSE '' END
      - CASE WHEN e.error ->> 'kind' IN ('cancelled', 'security_violation')
          AND e.error ->> 'task_path' = a.task_path THEN 'task_path' ELSE '' END, '{}')
  FROM reproq_before.adoptee a
  CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(a.errors_json)
    WHEN 'array' THEN a.errors_json ELSE jsonb_build_array(a.errors_json) END)
    WITH ORDINALITY AS r (error, ord)
  CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(r.error) WHEN 'object' THEN r.error
    ELSE jsonb_build_object('message', r.error) END AS error) e
  CROSS JOIN LATERAL (SELECT coalesce(e.error ->> 'kind' IN ('app_error', 'infra_error',
      'cancelled', 'security_violation', 'invalid_spec', 'lease_expiry', 'workflow_failed',
      'expired'), false) AS has_kind,
    coalesce(e.error ->> 'attempt' ~ '^[0-9]{1,9}$', false) AS has_attempt,
    reproq_before.time_of(e.error ->> 'at') AS at) x
  WHERE a.errors_json NOT IN ('[]', 'null', '{}')
  ORDER BY a.result_id, r.ord;
  INSERT INTO reproq.failure (result_id, attempt, kind, message, at, worker_id)
  SELECT result_id, attempts, cause, message, now(), leased_by
  FROM reproq_before.adoptee WHERE cause IS NOT NULL ORDER BY result_id;

  INSERT INTO reproq.attachment (result_id, metadata_json, logs_uri, artifacts_uri)
  SELECT result_id, metadata_json, logs_uri, artifacts_uri FROM reproq_before.adoptee
  WHERE metadata_json NOT IN ('{}', 'null') OR logs_uri IS NOT NULL OR artifacts_uri IS NOT NULL;

  -- Where several tasks of one description are ready, the first stands for it.
  INSERT INTO reproq.active_hash (spec_hash, result_id)
  SELECT DISTINCT ON (h.hash) h.hash, p.result_id
  FROM (SELECT result_id FROM reproq.ready UNION ALL SELECT result_id FROM reproq.deferred) p
  JOIN reproq.task t ON t.result_id = p.result_id
  CROSS JOIN LATERAL (SELECT
    coalesce(t.spec_hash, sha256(convert_to(t.spec_json::text, 'UTF8'))) AS hash) h
  ORDER BY h.hash, p.result_id;

  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, s.status, count(*) FROM reproq_before.adoptee
  CROSS JOIN LATERAL (SELECT CASE place WHEN 'finished' THEN fate WHEN 'waiting' THEN 'WAITING'
    ELSE 'READY' END AS status) s
  GROUP BY queue_name, s.status;

  SELECT count(*) INTO before FROM reproq_before.task_runs;
  IF before <> (SELECT count(*) FROM reproq.task)
    OR before <> (SELECT sum(change) FROM reproq.counter_delta)
    OR before <> (SELECT count(*) FROM reproq.ready) + (SELECT count(*) FROM reproq.deferred)
      + (SELECT count(*) FROM reproq.waiting) + (SELECT count(*) FROM reproq.finished) THEN
    RAISE EXCEPTION 'of % tasks not every one has come to one place', before;
  END IF;

  SELECT string_agg(n.tasks || ' ' || n.fate, ', ') INTO told
  FROM (SELECT count(*) AS tasks, lower(fate) AS fate FROM reproq_before.adoptee
    GROUP BY fate ORDER BY array_position(ARRAY['ready', 'deferred', 'waiting'], fate), fate) n;
  RAISE NOTICE 'adopted % task(s)%; the old tables are in the schema reproq_before', before,
    coalesce(': ' || told, '');
  FOR told IN
    SELECT count(*) || CASE cause WHEN 'lease_expiry' THEN
        ' of them were RUNNING: they go on as after a lost lease, '
          || count(*) FILTER (WHERE place = 'ready') || ' ready, '
          || count(*) FILTER (WHERE fate = 'FAILED') || ' failed'
      WHEN 'cancelled' THEN ' of them were RUNNING and to be cancelled, and are'
      ELSE ' of them could not be run, and failed with invalid_spec' END
    FROM reproq_before.adoptee WHERE cause IS NOT NULL GROUP BY cause ORDER BY cause
  LOOP
    RAISE NOTICE '%', told;
  END LOOP;

  DROP VIEW reproq_before.adoptee;
  DROP TABLE reproq_before.worker_list, reproq_before.worker_number;
  DROP FUNCTION reproq_before.within, reproq_before.time_of, reproq_before.agreed;
  ANALYZE reproq.task, reproq.finished, reproq.ready, reproq.deferred, reproq.waiting,
    reproq.failure, reproq.active_hash;
END $adopt$;
