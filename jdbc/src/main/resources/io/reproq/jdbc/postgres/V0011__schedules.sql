-- Periodic tasks: what is enqueued by the clock.
--
-- Old workers: keep working, but enqueue none of them.
-- Lock: none that matters; only new tables.

-- The columns up to updated_at are those that others know, so that their writes go through.
-- next_run_at is obeyed as it is; null means that it is to be worked out from cron_expr, for the
-- first time after updated_at. Whoever changes a row makes its version grow.
CREATE TABLE reproq.periodic_task (
  name              text             NOT NULL PRIMARY KEY CHECK (name <> ''),
  cron_expr         text             NOT NULL,
  task_path         text             NOT NULL,
  payload_json      jsonb            NOT NULL DEFAULT '{}',
  queue_name        text             NOT NULL DEFAULT 'default',
  priority          integer          NOT NULL DEFAULT 0,
  max_attempts      integer          NOT NULL DEFAULT 3,
  concurrency_key   text,
  concurrency_limit integer          NOT NULL DEFAULT 0,
  last_run_at       timestamptz,
  next_run_at       timestamptz,
  enabled           boolean          NOT NULL DEFAULT true,
  created_at        timestamptz      NOT NULL DEFAULT now(),
  updated_at        timestamptz      NOT NULL DEFAULT now(),
  time_zone         text             NOT NULL DEFAULT 'UTC',
  overlap           text             NOT NULL DEFAULT 'allow'
    CHECK (overlap IN ('allow', 'skip', 'queue')),
  catch_up          boolean          NOT NULL DEFAULT false,
  timeout_seconds   double precision NOT NULL DEFAULT 900,
  lock_key          text,
  last_error        text,
  last_error_at     timestamptz,
  version           bigint           NOT NULL DEFAULT 1
);
CREATE INDEX periodic_task_due ON reproq.periodic_task (next_run_at) WHERE enabled;

-- What a schedule was due for, once and for all; result_id is null where nothing was enqueued.
CREATE TABLE reproq.periodic_tick (
  name         text        NOT NULL
    REFERENCES reproq.periodic_task ON UPDATE CASCADE ON DELETE CASCADE,
  scheduled_at timestamptz NOT NULL,
  result_id    bigint,
  PRIMARY KEY (name, scheduled_at)
);

-- What follows from a change that somebody makes with plain SQL; the engine, which raises the
-- version itself, sees to it on its own. A row that is enabled again does not make up for what it
-- missed.
CREATE FUNCTION reproq.change_periodic_task() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.version = OLD.version THEN
    NEW.version := OLD.version + 1;
    IF NEW.next_run_at IS NOT DISTINCT FROM OLD.next_run_at
      AND (NEW.cron_expr <> OLD.cron_expr OR NEW.time_zone <> OLD.time_zone
        OR (NEW.enabled AND NOT OLD.enabled)) THEN
      NEW.next_run_at := NULL;
      NEW.updated_at := clock_timestamp();
    END IF;
    IF NEW.last_error_at IS NOT DISTINCT FROM OLD.last_error_at THEN
      NEW.last_error := NULL;
      NEW.last_error_at := NULL;
    END IF;
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION reproq.change_periodic_task FROM PUBLIC;

CREATE TRIGGER periodic_task_change BEFORE UPDATE ON reproq.periodic_task
FOR EACH ROW EXECUTE FUNCTION reproq.change_periodic_task();

-- A view, so that the engine finds the table whatever the search path is. It takes every write.
CREATE VIEW periodic_tasks AS
SELECT name, cron_expr, task_path, payload_json, queue_name, priority, max_attempts,
  concurrency_key, concurrency_limit, last_run_at, next_run_at, enabled, created_at, updated_at,
  time_zone, overlap, catch_up, timeout_seconds, lock_key, last_error
FROM reproq.periodic_task;

-- Whether a task of `schedule` is not over.
CREATE FUNCTION reproq.is_periodic_task_open(schedule text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM reproq.periodic_tick k JOIN reproq.task t ON t.result_id = k.result_id
    WHERE k.name = schedule
      AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = k.result_id))
$$;
REVOKE ALL ON FUNCTION reproq.is_periodic_task_open FROM PUBLIC;

-- The description of the task of `line` that is due at `scheduled_at`.
CREATE FUNCTION reproq.periodic_spec(line reproq.periodic_task, scheduled_at timestamptz)
RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  payload     jsonb := line.payload_json;
  is_envelope boolean := payload ?| ARRAY['args', 'kwargs'] AND jsonb_typeof(payload) = 'object';
  args        jsonb := CASE WHEN is_envelope THEN coalesce(payload -> 'args', '[]')
    WHEN jsonb_typeof(payload) = 'array' THEN payload ELSE '[]' END;
  kwargs      jsonb := CASE WHEN is_envelope THEN coalesce(payload -> 'kwargs', '{}')
    WHEN jsonb_typeof(payload) = 'object' THEN payload ELSE '{}' END;
  lock        text := coalesce(line.lock_key,
    CASE line.overlap WHEN 'queue' THEN 'periodic:' || line.name END);
BEGIN
  IF jsonb_typeof(payload) NOT IN ('object', 'array') OR jsonb_typeof(args) <> 'array'
    OR jsonb_typeof(kwargs) <> 'object' THEN
    RAISE invalid_parameter_value USING MESSAGE = format('schedule %s: payload_json must be the'
      ' arguments, or an object with args and kwargs, was %s', line.name, left(payload::text, 60));
  END IF;
  RETURN jsonb_build_object('args', args, 'kwargs', kwargs, 'task_path', line.task_path,
      'queue_name', coalesce(nullif(btrim(line.queue_name), ''), 'default'),
      'priority', line.priority, 'concurrency_key', line.concurrency_key,
      'concurrency_limit', greatest(0, line.concurrency_limit), 'periodic_name', line.name,
      'scheduled_at', to_char(scheduled_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'exec', jsonb_build_object(
        'max_attempts', CASE WHEN line.max_attempts < 1 THEN 3 ELSE line.max_attempts END,
        'timeout_seconds',
        CASE WHEN line.timeout_seconds > 0 THEN line.timeout_seconds ELSE 900 END))
    || CASE WHEN lock IS NULL THEN '{}' ELSE jsonb_build_object('lock_key', lock) END;
END $$;
REVOKE ALL ON FUNCTION reproq.periodic_spec FROM PUBLIC;

-- In a database of the system that Reproq replaces there is one of this name.
DO $$
BEGIN
  IF to_regprocedure('reproq_enqueue_periodic_task(text)') IS NOT NULL THEN
    DROP FUNCTION reproq_enqueue_periodic_task(text);
  END IF;
END $$;

-- Enqueues the task that `schedule` has for this minute, whatever its expression says, and returns
-- its id; null when that was done before, or there is no such schedule that is enabled. For
-- pg_cron, which keeps the time itself: next_run_at stays.
CREATE FUNCTION reproq_enqueue_periodic_task(schedule text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
DECLARE
  tick constant timestamptz := date_trunc('minute', clock_timestamp());
  line reproq.periodic_task;
  made bigint;
BEGIN
  SELECT p.* INTO line FROM reproq.periodic_task p WHERE p.name = schedule AND p.enabled FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO reproq.periodic_tick (name, scheduled_at) VALUES (schedule, tick)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND OR (line.overlap = 'skip' AND reproq.is_periodic_task_open(schedule)) THEN
    RETURN NULL;
  END IF;
  made := (SELECT e.result_id FROM reproq.enqueue(reproq.read_tasks(
    jsonb_build_object('spec_json', reproq.periodic_spec(line, tick))), false) e);
  UPDATE reproq.periodic_tick k SET result_id = made WHERE k.name = schedule AND k.scheduled_at = tick;
  UPDATE reproq.periodic_task p SET last_run_at = tick, version = p.version + 1
  WHERE p.name = schedule;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION reproq_enqueue_periodic_task FROM PUBLIC;

-- Takes over the schedules of the system that Reproq replaces.
DO $$
DECLARE
  taken integer;
BEGIN
  IF to_regclass('reproq_before.periodic_tasks') IS NULL THEN
    RETURN;
  END IF;
  -- A time long gone stands for an expression that never comes.
  INSERT INTO reproq.periodic_task (name, cron_expr, task_path, payload_json, queue_name, priority,
    max_attempts, concurrency_key, concurrency_limit, last_run_at, next_run_at, enabled, created_at,
    updated_at)
  SELECT name, coalesce(cron_expr, ''), coalesce(task_path, ''), coalesce(payload_json, '{}'),
    coalesce(queue_name, 'default'), coalesce(priority, 0), coalesce(max_attempts, 3),
    concurrency_key, coalesce(concurrency_limit, 0), last_run_at,
    CASE WHEN next_run_at > '1970-01-01Z' THEN next_run_at END, coalesce(enabled, true),
    coalesce(created_at, now()), coalesce(updated_at, now())
  FROM reproq_before.periodic_tasks WHERE name <> '';
  GET DIAGNOSTICS taken = ROW_COUNT;
  IF taken > 0 THEN
    RAISE NOTICE 'adopted % schedule(s) of periodic_tasks', taken;
  END IF;
END $$;
