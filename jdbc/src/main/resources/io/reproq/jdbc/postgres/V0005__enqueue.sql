-- Enqueueing with plain SQL, in the caller's transaction.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; only new functions.
--
-- What is public lies in the first schema of the search path, runs with the rights of its owner,
-- and may be called by nobody until somebody grants it.

-- A task to be: all that its rows need.
CREATE TYPE reproq.new_task AS (
  task_path         text,
  queue_name        text,
  priority          integer,
  spec              text,
  spec_hash         bytea,
  max_attempts      integer,
  timeout_seconds   double precision,
  lock_key          text,
  concurrency_key   text,
  concurrency_limit integer,
  headers           json,
  backend_alias     text,
  run_after         timestamptz,
  expires_at        timestamptz
);

-- What is wrong with `task`, one object of reproq_enqueue, null when nothing is.
CREATE FUNCTION reproq.task_problem(task jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  beside   CONSTANT text[] := ARRAY['task_path', 'run_after', 'headers', 'spec_hash', 'expires_at',
    'backend_alias', 'spec_json'];
  allowed  CONSTANT text[] := beside || ARRAY['args', 'kwargs', 'queue_name', 'priority',
    'max_attempts', 'timeout_seconds', 'lock_key', 'concurrency_key', 'concurrency_limit'];
  spec     jsonb;
  stranger text;
  problem  text;
BEGIN
  IF jsonb_typeof(task) <> 'object' THEN
    RETURN reproq.wrong('a task', 'a JSON object', task);
  END IF;
  IF task - allowed <> '{}' THEN
    RETURN format('%I is no key of a task; the keys are %s',
      (SELECT min(key) FROM jsonb_object_keys(task - allowed) key), array_to_string(allowed, ', '));
  END IF;
  spec := nullif(task -> 'spec_json', 'null');
  IF spec IS NULL THEN
    problem := CASE
      WHEN task ->> 'queue_name' !~ '\S' THEN 'queue_name is empty: leave it out for the default queue'
      WHEN NOT reproq.is_integer(task -> 'concurrency_limit', 0)
        THEN reproq.wrong('concurrency_limit', 'a 32-bit integer, not negative',
          task -> 'concurrency_limit')
      ELSE reproq.fields_problem(task, task, '') END;
  ELSIF jsonb_typeof(spec) <> 'object' THEN
    problem := reproq.wrong('spec_json', 'a JSON object', spec);
  ELSE
    stranger := (SELECT min(key) FROM jsonb_each_text(task - beside) WHERE value IS NOT NULL);
    problem := CASE
      WHEN stranger IS NOT NULL
        THEN format('%s stands beside spec_json, which has one of its own: give one of the two',
          stranger)
      WHEN task ->> 'task_path' <> spec ->> 'task_path'
        THEN format('task_path is %s, but that of spec_json is %s', task -> 'task_path',
          spec -> 'task_path')
      WHEN NOT coalesce(reproq.is_time(task ->> 'run_after'), true)
        THEN reproq.wrong('run_after', 'a time like "2026-01-31T12:00:00Z", in UTC or with an offset',
          task -> 'run_after')
      ELSE reproq.spec_problem(spec) END;
  END IF;
  RETURN CASE
    WHEN problem IS NOT NULL THEN problem
    WHEN NOT reproq.is_kind(task -> 'headers', 'object')
      THEN reproq.wrong('headers', 'a JSON object', task -> 'headers')
    WHEN NOT coalesce(reproq.is_hash(task ->> 'spec_hash'), true)
      THEN reproq.wrong('spec_hash', 'pairs of hex digits, at most 64', task -> 'spec_hash')
    WHEN NOT coalesce(reproq.is_time(task ->> 'expires_at'), true)
      THEN reproq.wrong('expires_at', 'a time like "2026-01-31T12:00:00Z", in UTC or with an offset',
        task -> 'expires_at')
    WHEN NOT reproq.is_kind(task -> 'backend_alias', 'string')
      THEN reproq.wrong('backend_alias', 'a string', task -> 'backend_alias')
  END;
END $$;

-- A hash of another make may be shorter than SHA-256, and come padded with blanks.
CREATE FUNCTION reproq.is_hash(written text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
'SELECT written ~ ''^([0-9a-fA-F]{2}){1,64} *$''';

-- The text of a spec made of `task`, one object of reproq_enqueue: canonical as it comes.
CREATE FUNCTION reproq.spec_text(task jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  due timestamptz := task ->> 'run_after';
BEGIN
  RETURN concat(
    '{"args":', coalesce(reproq.canonical_json(nullif(task -> 'args', 'null')), '[]'),
    ',"concurrency_key":', coalesce(task -> 'concurrency_key', 'null'),
    ',"concurrency_limit":', coalesce(task ->> 'concurrency_limit', '0'),
    ',"exec":{"max_attempts":', coalesce(task ->> 'max_attempts', '3'),
    ',"timeout_seconds":', coalesce(
      reproq.canonical_number(trim_scale((task ->> 'timeout_seconds')::numeric)), '900'),
    '},"kwargs":', coalesce(reproq.canonical_json(nullif(task -> 'kwargs', 'null')), '{}'),
    ',"lock_key":', coalesce(task -> 'lock_key', 'null'),
    ',"priority":', coalesce(task ->> 'priority', '0'),
    ',"provenance":{"code_ref":null,"pip_lock_hash":null},"queue_name":',
    coalesce(nullif(task -> 'queue_name', 'null'), '"default"'),
    -- As Python writes it, in UTC.
    ',"run_after":', coalesce('"' || to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
      || CASE WHEN extract(microseconds FROM due)::integer % 1000000 = 0 THEN ''
        ELSE to_char(due, '.US') END || '+00:00"', 'null'),
    ',"takes_context":false,"task_path":', task -> 'task_path', ',"v":1}');
END $$;

-- A task to be, of a description in full.
CREATE FUNCTION reproq.new_task(spec jsonb, text text, hash bytea, headers json, alias text,
  run_after timestamptz, expires_at timestamptz) RETURNS reproq.new_task
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  exec jsonb := spec -> 'exec';
BEGIN
  RETURN ROW(spec ->> 'task_path',
    CASE WHEN spec ->> 'queue_name' ~ '\S' THEN spec ->> 'queue_name' ELSE 'default' END,
    coalesce((spec ->> 'priority')::integer, 0), text,
    coalesce(hash, sha256(convert_to(text, 'UTF8'))),
    coalesce((exec ->> 'max_attempts')::integer, 3),
    coalesce((exec ->> 'timeout_seconds')::float8, 900), spec ->> 'lock_key',
    spec ->> 'concurrency_key', greatest(0, coalesce((spec ->> 'concurrency_limit')::integer, 0)),
    headers, alias, coalesce(run_after, (spec ->> 'run_after')::timestamptz), expires_at)
    ::reproq.new_task;
END $$;

-- The tasks that `tasks` describes, one object or an array of them.
CREATE FUNCTION reproq.read_tasks(tasks jsonb) RETURNS reproq.new_task[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
  list    jsonb := CASE jsonb_typeof(tasks) WHEN 'object' THEN jsonb_build_array(tasks) ELSE tasks END;
  problem record;
BEGIN
  IF jsonb_typeof(list) IS DISTINCT FROM 'array' THEN
    RAISE invalid_parameter_value USING MESSAGE =
      reproq.wrong('tasks', 'a JSON object, or an array of them', tasks);
  END IF;
  SELECT t.ord, p.message INTO problem
  FROM jsonb_array_elements(list) WITH ORDINALITY t (task, ord)
  CROSS JOIN LATERAL (SELECT reproq.task_problem(t.task) AS message) p
  WHERE p.message IS NOT NULL ORDER BY t.ord LIMIT 1;
  IF FOUND THEN
    RAISE invalid_parameter_value USING MESSAGE = format('task %s of %s: %s', problem.ord,
      jsonb_array_length(list), problem.message);
  END IF;
  RETURN ARRAY(
    SELECT reproq.new_task(
      coalesce(s.spec, t.task || jsonb_build_object('exec', t.task)),
      coalesce(reproq.canonical_json(s.spec), reproq.spec_text(t.task)),
      decode(rtrim(t.task ->> 'spec_hash'), 'hex'), (t.task ->> 'headers')::json,
      t.task ->> 'backend_alias', (t.task ->> 'run_after')::timestamptz,
      (t.task ->> 'expires_at')::timestamptz)
    FROM jsonb_array_elements(list) WITH ORDINALITY t (task, ord)
    CROSS JOIN LATERAL (SELECT nullif(t.task -> 'spec_json', 'null') AS spec) s
    ORDER BY t.ord);
END $$;

-- Who stands for each of `hashes`, once `ids` do for those that nobody stood for. VOLATILE, so that
-- each look is newer than the wait before it; a twin that ends in between leaves its place to the
-- next round.
CREATE FUNCTION reproq.take_marks(hashes bytea[], ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  holders bigint[];
BEGIN
  FOR round IN 1..3 LOOP
    -- In the order of hashes, so that two callers wait for each other in one direction only.
    INSERT INTO reproq.active_hash (spec_hash, result_id)
    SELECT u.spec_hash, min(u.result_id) FROM unnest(hashes, ids) AS u (spec_hash, result_id)
    GROUP BY u.spec_hash ORDER BY u.spec_hash
    ON CONFLICT DO NOTHING;
    holders := ARRAY(
      SELECT a.result_id FROM unnest(hashes) WITH ORDINALITY u (spec_hash, ord)
      LEFT JOIN (SELECT * FROM reproq.active_hash WHERE spec_hash = ANY (hashes)) a
        ON a.spec_hash = u.spec_hash
      ORDER BY u.ord);
    IF array_position(holders, NULL) IS NULL THEN
      RETURN holders;
    END IF;
  END LOOP;
  RAISE serialization_failure USING MESSAGE =
    'twins of a task came and went while it was enqueued: do it again';
END $$;

-- Makes tasks of `tasks`, but for those that have a twin where `dedup` says so. What it answers has
-- their order.
CREATE FUNCTION reproq.enqueue(tasks reproq.new_task[], dedup boolean)
RETURNS TABLE (ord integer, result_id bigint, created boolean)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  ids     bigint[] := ARRAY(
    SELECT nextval('reproq.task_id') FROM generate_series(1, cardinality(tasks)));
  holders bigint[] := ids;
BEGIN
  IF dedup THEN
    holders := reproq.take_marks(ARRAY(SELECT n.spec_hash FROM unnest(tasks) n), ids);
  END IF;
  RETURN QUERY
  WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now,
      (SELECT value::bigint FROM reproq.setting WHERE name = 'aging_ms') AS aging_ms
  ),
  sent AS MATERIALIZED (
    SELECT n.*, c.now, reproq.rank_of(n.priority, c.now, c.aging_ms) AS rank
    FROM ROWS FROM (unnest(tasks), unnest(ids), unnest(holders))
      AS n (task_path, queue_name, priority, spec, spec_hash, max_attempts, timeout_seconds,
        lock_key, concurrency_key, concurrency_limit, headers, backend_alias, run_after,
        expires_at, result_id, holder)
    CROSS JOIN clock c WHERE n.result_id = n.holder
  ),
  into_task AS (
    INSERT INTO reproq.task (result_id, enqueued_at, timeout_seconds, priority, max_attempts,
      concurrency_limit, spec_json, spec_hash, lock_key, concurrency_key, headers, backend_alias,
      expires_at, is_unique)
    SELECT result_id, now, timeout_seconds, priority, max_attempts, concurrency_limit, spec::json,
      nullif(spec_hash, sha256(convert_to(spec, 'UTF8'))), lock_key, concurrency_key, headers,
      nullif(backend_alias, 'default'), expires_at, nullif(dedup, false)
    FROM sent
  ),
  into_ready AS (
    INSERT INTO reproq.ready (result_id, queue_name, task_path, rank, version, attempts, is_tied)
    SELECT result_id, queue_name, task_path, rank, 1, 0,
      reproq.is_tied(lock_key, concurrency_key, concurrency_limit, expires_at, NULL)
    FROM sent
    WHERE run_after IS NULL OR run_after <= now
  ),
  into_deferred AS (
    INSERT INTO reproq.deferred (result_id, queue_name, task_path, rank, version, attempts,
      run_after, is_tied)
    SELECT result_id, queue_name, task_path, rank, 1, 0, run_after,
      reproq.is_tied(lock_key, concurrency_key, concurrency_limit, expires_at, NULL)
    FROM sent WHERE run_after > now
  ),
  into_expiry AS (
    INSERT INTO reproq.expiry (result_id, expires_at)
    SELECT result_id, expires_at FROM sent WHERE expires_at IS NOT NULL
  ),
  counted AS (
    INSERT INTO reproq.counter_delta (queue_name, status, change)
    SELECT queue_name, 'READY', count(*) FROM sent GROUP BY queue_name
  )
  SELECT u.ord::integer, u.holder, u.holder = u.result_id
  FROM unnest(ids, holders) WITH ORDINALITY AS u (result_id, holder, ord) ORDER BY u.ord;
END $$;

-- Enqueues what `tasks` describes, one JSON object or an array of them. Where `dedup` says so, a
-- task that is not over and has the same spec_hash stands in for a new one, and `created` is false.
CREATE FUNCTION reproq_enqueue(tasks jsonb, dedup boolean DEFAULT true)
RETURNS TABLE (ord integer, result_id bigint, created boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
  SELECT * FROM reproq.enqueue(reproq.read_tasks(tasks), coalesce(dedup, true))
$$;
REVOKE ALL ON FUNCTION reproq_enqueue(jsonb, boolean) FROM PUBLIC;

-- Enqueues one task and returns its result_id, or that of the task which stands in for it. Not the
-- same name as above: where both take text, nobody could say which one is meant.
CREATE FUNCTION reproq_enqueue_task(task_path text, kwargs jsonb DEFAULT '{}',
  queue_name text DEFAULT 'default', priority integer DEFAULT 0,
  run_after timestamptz DEFAULT NULL, args jsonb DEFAULT '[]', max_attempts integer DEFAULT 3,
  timeout_seconds numeric DEFAULT 900, lock_key text DEFAULT NULL,
  concurrency_key text DEFAULT NULL, concurrency_limit integer DEFAULT 0,
  headers jsonb DEFAULT NULL, dedup boolean DEFAULT true)
RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
DECLARE
  task    jsonb := jsonb_build_object('task_path', task_path, 'args', args, 'kwargs', kwargs,
    'queue_name', queue_name, 'priority', priority, 'run_after', run_after, 'max_attempts',
    max_attempts, 'timeout_seconds', timeout_seconds, 'lock_key', lock_key, 'concurrency_key',
    concurrency_key, 'concurrency_limit', concurrency_limit, 'headers', headers);
  problem text := reproq.task_problem(task);
BEGIN
  IF problem IS NOT NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = problem;
  END IF;
  RETURN (SELECT e.result_id
    FROM reproq.enqueue(reproq.read_tasks(task), coalesce(dedup, true)) e);
END $$;
REVOKE ALL ON FUNCTION reproq_enqueue_task FROM PUBLIC;
