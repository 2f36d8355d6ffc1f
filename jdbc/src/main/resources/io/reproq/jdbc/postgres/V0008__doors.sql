-- Writing to task_runs itself, for programs that know no functions; and the rights to all of it.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; only new functions and triggers on views.

-- A new task. What the row has beside its spec_json becomes part of it: a worker reads that alone.
CREATE FUNCTION reproq.insert_task_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
DECLARE
  spec    jsonb := NEW.spec_json;
  task    reproq.new_task;
  problem text;
  made    record;
BEGIN
  problem := CASE
    WHEN NEW.status = 'WAITING' OR NEW.wait_count > 0 OR NEW.parent_id IS NOT NULL
      OR NEW.workflow_id IS NOT NULL
      THEN 'a task cannot wait for others, and belongs to no workflow: leave parent_id, workflow_id'
        ' and wait_count out, and status READY'
    WHEN NEW.status <> 'READY' THEN format('status must be READY, was %s', NEW.status)
    WHEN NEW.result_id IS NOT NULL THEN 'result_id is given by the database: leave it out'
    WHEN jsonb_typeof(spec) IS DISTINCT FROM 'object'
      THEN reproq.wrong('spec_json', 'a JSON object', spec)
    WHEN NEW.spec_hash <> '' AND NOT reproq.is_hash(NEW.spec_hash)
      THEN reproq.wrong('spec_hash', 'pairs of hex digits, at most 64', to_jsonb(NEW.spec_hash))
    WHEN jsonb_typeof(NEW.metadata_json) <> 'object' OR octet_length(NEW.metadata_json::text) > 65536
      THEN 'metadata_json must be a JSON object of at most 65536 bytes'
    WHEN NEW.attempts <> 0 OR NEW.cancel_requested OR NEW.worker_ids <> '[]'
      OR NEW.errors_json <> '[]' OR NEW.return_json::text <> 'null' OR coalesce(NEW.last_error,
        NEW.leased_by, NEW.logs_uri, NEW.artifacts_uri, NEW.place, NEW.parked_key) IS NOT NULL
      OR coalesce(NEW.started_at, NEW.last_attempted_at, NEW.finished_at, NEW.failed_at,
        NEW.leased_until) IS NOT NULL OR NEW.version IS NOT NULL
      THEN 'a new task has no past: leave out what tells of attempts, results and places'
  END;
  IF problem IS NULL THEN
    spec := spec || jsonb_strip_nulls(jsonb_build_object('task_path', nullif(NEW.task_path, ''),
      'queue_name', NEW.queue_name, 'priority', NEW.priority, 'lock_key', NEW.lock_key,
      'concurrency_key', NEW.concurrency_key,
      'concurrency_limit',
      CASE WHEN NEW.concurrency_limit < 0 THEN 0 ELSE NEW.concurrency_limit END));
    IF NEW.max_attempts IS NOT NULL OR NEW.timeout_seconds IS NOT NULL THEN
      spec := spec || jsonb_build_object('exec', coalesce(nullif(spec -> 'exec', 'null'), '{}')
        || jsonb_strip_nulls(jsonb_build_object('max_attempts', NEW.max_attempts,
          'timeout_seconds', NEW.timeout_seconds)));
    END IF;
    problem := reproq.spec_problem(spec);
  END IF;
  IF problem IS NOT NULL THEN
    RAISE invalid_parameter_value USING MESSAGE = problem;
  END IF;
  task := reproq.new_task(spec, reproq.canonical_json(spec),
    decode(nullif(rtrim(NEW.spec_hash), ''), 'hex'), NULL, NEW.backend_alias, NEW.run_after,
    NEW.expires_at);
  SELECT e.* INTO made FROM reproq.enqueue(ARRAY[task], true) e;
  IF NOT made.created THEN
    RAISE unique_violation USING CONSTRAINT = 'idx_task_runs_spec_unique',
      MESSAGE = 'duplicate key value violates unique constraint "idx_task_runs_spec_unique"',
      DETAIL = format('Task %s has the same spec_hash and is not over.', made.result_id);
  END IF;
  IF NEW.metadata_json <> '{}' THEN
    INSERT INTO reproq.attachment (result_id, metadata_json)
    VALUES (made.result_id, NEW.metadata_json);
  END IF;
  -- For RETURNING.
  SELECT t.result_id, t.enqueued_at, t.enqueued_at, t.enqueued_at
  INTO NEW.result_id, NEW.enqueued_at, NEW.created_at, NEW.updated_at
  FROM reproq.task t WHERE t.result_id = made.result_id;
  NEW.task_path := task.task_path;
  NEW.queue_name := task.queue_name;
  NEW.priority := task.priority;
  NEW.spec_json := task.spec;
  NEW.spec_hash := encode(task.spec_hash, 'hex');
  NEW.status := 'READY';
  NEW.attempts := 0;
  NEW.max_attempts := task.max_attempts;
  NEW.timeout_seconds := ceil(task.timeout_seconds);
  NEW.version := 1;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION reproq.insert_task_run FROM PUBLIC;

CREATE TRIGGER task_runs_insert INSTEAD OF INSERT ON task_runs
FOR EACH ROW EXECUTE FUNCTION reproq.insert_task_run();

-- An order, written as the change that it makes. What else changes with it is the order's own
-- affair, so a program may set it too, and to no effect. Metadata may change with any order, or
-- without one.
CREATE FUNCTION reproq.update_task_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  arrow   text := OLD.status || ' to ' || NEW.status;
  changed text[] := ARRAY(
    SELECT o.key FROM json_each(to_json(OLD)) o JOIN json_each(to_json(NEW)) n ON n.key = o.key
    WHERE o.value::text <> n.value::text AND o.key NOT IN ('updated_at', 'metadata_json')
      AND CASE WHEN o.key IN ('spec_json', 'return_json') THEN o.value::jsonb <> n.value::jsonb
        ELSE true END);
  with_it text[] := CASE arrow
    WHEN 'FAILED to READY' THEN ARRAY['status', 'run_after', 'attempts', 'started_at',
      'last_attempted_at', 'finished_at', 'failed_at', 'return_json', 'last_error', 'leased_until',
      'leased_by', 'cancel_requested']
    WHEN 'READY to CANCELLED' THEN ARRAY['status', 'run_after', 'finished_at', 'last_error',
      'cancel_requested']
    WHEN 'WAITING to CANCELLED' THEN ARRAY['status', 'finished_at', 'last_error',
      'cancel_requested']
    WHEN 'FAILED to CANCELLED' THEN ARRAY['status', 'finished_at', 'failed_at', 'last_error']
    ELSE ARRAY['cancel_requested'] END;
  problem text := (
    SELECT CASE
      WHEN column_name = 'status' THEN format('status cannot be changed from %s: call'
        ' reproq_cancel, reproq_retry or reproq_discard, or leave it to the workers', arrow)
      WHEN column_name = 'cancel_requested' AND NOT NEW.cancel_requested
        THEN 'a cancel cannot be taken back'
      ELSE format('%s cannot be changed: a task keeps its description, and its workers tell the'
        ' rest; cancel it and enqueue another with reproq_enqueue', column_name) END
    FROM unnest(changed) column_name
    WHERE column_name <> ALL (with_it)
      OR (column_name = 'cancel_requested' AND with_it = '{cancel_requested}'
        AND NEW.cancel_requested IS NOT true)
    ORDER BY column_name = 'status' DESC, column_name LIMIT 1);
  answer text;
BEGIN
  IF problem IS NULL AND arrow = 'FAILED to READY' AND NEW.run_after > clock_timestamp() THEN
    problem := 'a failed task is retried at once: run_after cannot lie ahead';
  END IF;
  IF problem IS NOT NULL THEN
    RAISE feature_not_supported USING MESSAGE = format('task %s: %s', OLD.result_id, problem);
  END IF;
  IF NEW.metadata_json IS DISTINCT FROM OLD.metadata_json THEN
    IF jsonb_typeof(NEW.metadata_json) IS DISTINCT FROM 'object'
      OR octet_length(NEW.metadata_json::text) > 65536 THEN
      RAISE invalid_parameter_value USING MESSAGE = format('task %s: metadata_json must be a JSON'
        ' object of at most 65536 bytes', OLD.result_id);
    END IF;
    INSERT INTO reproq.attachment AS a (result_id, metadata_json)
    VALUES (OLD.result_id, NEW.metadata_json)
    ON CONFLICT (result_id) DO UPDATE SET metadata_json = excluded.metadata_json;
  END IF;
  IF changed = '{}' THEN
    RETURN NEW;
  END IF;
  IF arrow = 'FAILED to READY' THEN
    SELECT r.answer INTO answer FROM reproq.retry(ARRAY[OLD.result_id]) r;
    IF answer = 'TWIN_ACTIVE' THEN
      RAISE unique_violation USING CONSTRAINT = 'idx_task_runs_spec_unique', MESSAGE = format(
        'task %s stays FAILED: another one has the same spec_hash and is not over', OLD.result_id);
    END IF;
    IF answer = 'BLOCKED' THEN
      RAISE object_not_in_prerequisite_state USING MESSAGE = format(
        'task %s stays FAILED: a task that it depends on has not succeeded', OLD.result_id),
        HINT = format('Which one tells SELECT * FROM reproq_retry(ARRAY[%s])', OLD.result_id);
    END IF;
  ELSIF arrow = 'FAILED to CANCELLED' THEN
    answer := nullif(reproq.discard(ARRAY[OLD.result_id])::text, '{}');
  ELSE
    SELECT c.answer INTO answer FROM reproq.cancel(ARRAY[OLD.result_id]) c;
  END IF;
  -- Somebody else was faster: no row was changed.
  IF answer IS NULL OR answer IN ('NOT_FAILED', 'NOT_ACTIVE') THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION reproq.update_task_run FROM PUBLIC;

CREATE TRIGGER task_runs_update INSTEAD OF UPDATE ON task_runs
FOR EACH ROW EXECUTE FUNCTION reproq.update_task_run();

-- Forgets a task that is over, with all that hangs on it.
CREATE FUNCTION reproq.delete_task_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone record;
BEGIN
  IF OLD.place <> 'finished' THEN
    RAISE feature_not_supported USING MESSAGE = format('task %s is %s: only tasks that are over can'
      ' be deleted', OLD.result_id, OLD.status),
      HINT = format('Stop it first: SELECT reproq_cancel(%s)', OLD.result_id);
  END IF;
  IF NOT reproq.may_forget(OLD.result_id) THEN
    RAISE feature_not_supported USING MESSAGE = format('task %s belongs to a workflow that needs it:'
      ' one that depends on it is not over, or may be retried', OLD.result_id);
  END IF;
  DELETE FROM reproq.finished f WHERE f.result_id = OLD.result_id
  RETURNING f.queue_name, f.status INTO gone;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  DELETE FROM reproq.failure f WHERE f.result_id = OLD.result_id;
  DELETE FROM reproq.attachment a WHERE a.result_id = OLD.result_id;
  DELETE FROM reproq.output o WHERE o.result_id = OLD.result_id;
  DELETE FROM reproq.cancel_request c WHERE c.result_id = OLD.result_id;
  DELETE FROM reproq.task_key k WHERE k.result_id = OLD.result_id;
  DELETE FROM reproq.task t WHERE t.result_id = OLD.result_id;
  PERFORM reproq.forget_members(ARRAY[OLD.result_id], ARRAY[OLD.workflow_id]);
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  VALUES (gone.queue_name, gone.status, -1);
  RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION reproq.delete_task_run FROM PUBLIC;

CREATE TRIGGER task_runs_delete INSTEAD OF DELETE ON task_runs
FOR EACH ROW EXECUTE FUNCTION reproq.delete_task_run();

-- Gives `grantee` the whole surface and nothing else. For the owner of the schema to call; calling
-- it again after an upgrade adds what is new.
CREATE FUNCTION reproq.grant_surface(grantee regrole) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- The schema in which the surface lies.
  home   regnamespace := (SELECT c.relnamespace FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgfoid = 'reproq.insert_task_run'::regproc);
  rights text;
BEGIN
  FOR rights IN
    VALUES ('USAGE ON SCHEMA ' || home::text),
      (format('SELECT, INSERT, UPDATE, DELETE ON %1$s.task_runs, %1$s.reproq_queue_controls, '
        '%1$s.periodic_tasks, %1$s.rate_limits', home)),
      (format('SELECT ON %1$s.reproq_workers, %1$s.workflow_runs', home))
    UNION ALL
    SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure)
    FROM pg_proc p
    WHERE p.pronamespace = home AND p.proname IN ('reproq_enqueue', 'reproq_enqueue_task',
      'reproq_enqueue_workflow',
      'reproq_get', 'reproq_cancel', 'reproq_retry', 'reproq_discard', 'reproq_pause_queue',
      'reproq_resume_queue', 'reproq_enqueue_periodic_task')
  LOOP
    EXECUTE format('GRANT %s TO %s', rights, grantee);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION reproq.grant_surface FROM PUBLIC;
