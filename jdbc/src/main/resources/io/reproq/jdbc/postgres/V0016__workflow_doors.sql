-- How workflows come in: by the engine, by plain SQL, and from the system that Reproq replaces.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters; new functions and one view.

-- Enqueues a workflow: `froms` and `tos` are pairs of predecessor and dependant, positions in
-- `tasks` from 1. One that is there already, because the answer to its first send was lost, stays as
-- it is.
CREATE FUNCTION reproq.enqueue_workflow(flow uuid, tasks reproq.new_task[], froms integer[],
  tos integer[], callback integer, on_failure json, now timestamptz)
RETURNS TABLE (ord integer, result_id bigint) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  ids     bigint[];
  waits   integer[];
  parents bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM reproq.workflow w WHERE w.workflow_id = flow) THEN
    ids := ARRAY(SELECT nextval('reproq.task_id') FROM generate_series(1, cardinality(tasks)));
    -- A callback has no parent, as it always was.
    SELECT array_agg(coalesce(e.predecessors, 0)::integer ORDER BY i.ord),
      array_agg(CASE WHEN e.predecessors = 1 AND i.ord IS DISTINCT FROM callback
        THEN ids[e.first] END ORDER BY i.ord)
    INTO waits, parents
    FROM generate_series(1, cardinality(tasks)) i (ord)
    LEFT JOIN (SELECT u.dependant, count(*) AS predecessors, min(u.predecessor) AS first
      FROM unnest(froms, tos) u (predecessor, dependant) GROUP BY u.dependant) e
      ON e.dependant = i.ord;
    INSERT INTO reproq.workflow (workflow_id, created_at, updated_at, callback_result_id,
      expected_count, status, on_failure)
    SELECT flow, enqueue_workflow.now, enqueue_workflow.now, ids[callback], n.expected,
      reproq.workflow_status(n.expected, 0, 0, ids[callback]), on_failure
    FROM (SELECT cardinality(tasks) - (callback IS NOT NULL)::integer AS expected) n;
    PERFORM reproq.insert_members(ids, tasks, waits, parents, flow, enqueue_workflow.now);
    INSERT INTO reproq.dependency (dependant_id, result_id)
    SELECT ids[u.dependant], ids[u.predecessor]
    FROM unnest(froms, tos) u (predecessor, dependant);
  END IF;
  RETURN QUERY SELECT (row_number() OVER (ORDER BY t.result_id))::integer, t.result_id
  FROM reproq.task t WHERE t.workflow_id = flow ORDER BY t.result_id;
END $$;

-- The pairs of predecessor and dependant that `tasks` tells by `after`, positions from 1.
CREATE FUNCTION reproq.read_dependencies(tasks jsonb)
RETURNS TABLE (predecessor integer, dependant integer) LANGUAGE plpgsql STABLE AS $$
DECLARE
  problem record;
BEGIN
  SELECT t.ord, p.message INTO problem
  FROM jsonb_array_elements(tasks) WITH ORDINALITY t (task, ord)
  CROSS JOIN LATERAL (SELECT CASE
    WHEN NOT reproq.is_kind(t.task -> 'after', 'array')
      THEN reproq.wrong('after', 'an array of positions of tasks, the first of which is 1',
        t.task -> 'after')
    WHEN EXISTS (SELECT FROM jsonb_array_elements(
        CASE jsonb_typeof(t.task -> 'after') WHEN 'array' THEN t.task -> 'after' ELSE '[]' END) a
        WHERE NOT reproq.is_integer(a, 1) OR a::text::numeric >= t.ord)
      THEN reproq.wrong('after', 'positions of tasks before this one, the first of which is 1',
        t.task -> 'after')
    WHEN NOT reproq.is_kind(t.task -> 'callback', 'boolean')
      THEN reproq.wrong('callback', 'true or false', t.task -> 'callback')
    WHEN (t.task ->> 'callback')::boolean AND t.ord < jsonb_array_length(tasks)
      THEN 'only the last task may be the callback'
    WHEN (t.task ->> 'callback')::boolean AND t.task ? 'after'
      THEN 'a callback comes after all others: leave out its "after"' END AS message) p
  WHERE p.message IS NOT NULL ORDER BY t.ord LIMIT 1;
  IF FOUND THEN
    RAISE invalid_parameter_value USING MESSAGE = format('task %s of %s: %s', problem.ord,
      jsonb_array_length(tasks), problem.message);
  END IF;
  RETURN QUERY
  WITH said AS (
    SELECT DISTINCT (a.position::text)::integer AS predecessor, t.ord::integer AS dependant
    FROM jsonb_array_elements(tasks) WITH ORDINALITY t (task, ord)
    CROSS JOIN jsonb_array_elements(coalesce(nullif(t.task -> 'after', 'null'), '[]')) a (position)
  )
  SELECT s.predecessor, s.dependant FROM said s
  UNION ALL
  SELECT i.ord, jsonb_array_length(tasks)
  FROM generate_series(1, jsonb_array_length(tasks) - 1) i (ord)
  WHERE (tasks -> -1 ->> 'callback')::boolean AND i.ord NOT IN (SELECT s.predecessor FROM said s);
END $$;

-- Enqueues a workflow, all of it or nothing. Each of `tasks` is an object as of reproq_enqueue, and
-- may have `after`: positions, from 1, of the tasks that must succeed before it starts. The last may
-- be the `callback`, which comes after all others. `on_failure` is such an object, too: the task to
-- enqueue whenever the workflow fails. None of them is taken for the twin of another.
CREATE FUNCTION reproq_enqueue_workflow(tasks jsonb, on_failure jsonb DEFAULT NULL)
RETURNS TABLE (ord integer, result_id bigint, workflow_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET extra_float_digits = 1 AS $$
#variable_conflict use_column
DECLARE
  flow    CONSTANT uuid := gen_random_uuid();
  members reproq.new_task[];
  froms   integer[];
  tos     integer[];
  watch   reproq.new_task;
BEGIN
  IF jsonb_typeof(tasks) IS DISTINCT FROM 'array' OR tasks = '[]' THEN
    RAISE invalid_parameter_value USING MESSAGE =
      reproq.wrong('tasks', 'a JSON array of at least one object', tasks);
  END IF;
  members := reproq.read_tasks((SELECT jsonb_agg(
      CASE jsonb_typeof(t.task) WHEN 'object' THEN t.task - ARRAY['after', 'callback']
        ELSE t.task END ORDER BY t.ord)
    FROM jsonb_array_elements(tasks) WITH ORDINALITY t (task, ord)));
  SELECT coalesce(array_agg(d.predecessor), '{}'), coalesce(array_agg(d.dependant), '{}')
  INTO froms, tos FROM reproq.read_dependencies(tasks) d;
  IF cardinality(froms) > 1000000 THEN
    RAISE invalid_parameter_value USING MESSAGE = format('at most 1000000 dependencies between'
      ' tasks can be kept, the workflow has %s: put one task between groups', cardinality(froms));
  END IF;
  IF on_failure <> 'null' THEN
    watch := (reproq.read_tasks(on_failure))[1];
  END IF;
  RETURN QUERY SELECT e.ord, e.result_id, flow
  FROM reproq.enqueue_workflow(flow, members, froms, tos,
    CASE WHEN (tasks -> -1 ->> 'callback')::boolean THEN jsonb_array_length(tasks) END,
    CASE WHEN on_failure <> 'null' THEN json_build_object('spec', watch.spec, 'headers',
      watch.headers, 'run_after', watch.run_after, 'expires_at', watch.expires_at) END,
    clock_timestamp()) e;
END $$;
REVOKE ALL ON FUNCTION reproq_enqueue_workflow FROM PUBLIC;

-- Every workflow that has a task.
CREATE VIEW workflow_runs AS
SELECT workflow_id, expected_count, success_count, failure_count, callback_result_id, status,
  created_at, updated_at
FROM reproq.workflow;

-- Adopts the chains, groups and chords of the system that Reproq replaces: its tasks are in their
-- places by now. There, nobody told a task whose predecessor had failed; here it fails, too. A
-- predecessor that is not there any more had not succeeded, or nobody would wait for it.
DO $adopt$
DECLARE
  bad bigint[];
BEGIN
  IF NOT EXISTS (SELECT FROM reproq.task WHERE workflow_id IS NOT NULL OR parent_id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM reproq.waiting) THEN
    RETURN;
  END IF;

  -- A chain without a name gets one.
  WITH RECURSIVE chain (result_id, root) AS (
    SELECT t.result_id, t.parent_id FROM reproq.task t
    WHERE t.workflow_id IS NULL AND t.parent_id < t.result_id AND NOT EXISTS (
      SELECT FROM reproq.task p WHERE p.result_id = t.parent_id AND p.parent_id < p.result_id)
    UNION ALL
    SELECT t.result_id, c.root FROM chain c JOIN reproq.task t ON t.parent_id = c.result_id
    WHERE t.workflow_id IS NULL AND t.parent_id < t.result_id
  ),
  member AS (
    SELECT result_id, root FROM chain UNION SELECT root, root FROM chain
  ),
  named AS MATERIALIZED (
    SELECT root, gen_random_uuid() AS workflow_id FROM chain GROUP BY root
  )
  UPDATE reproq.task t SET workflow_id = n.workflow_id
  FROM member m JOIN named n ON n.root = m.root
  WHERE t.result_id = m.result_id AND t.workflow_id IS NULL;
  UPDATE reproq.task t SET workflow_id = gen_random_uuid()
  FROM reproq.waiting w WHERE w.result_id = t.result_id AND t.workflow_id IS NULL;
  UPDATE reproq.ready p SET is_tied = true FROM reproq.task t
  WHERE t.result_id = p.result_id AND t.workflow_id IS NOT NULL AND p.is_tied IS NULL;
  UPDATE reproq.deferred p SET is_tied = true FROM reproq.task t
  WHERE t.result_id = p.result_id AND t.workflow_id IS NOT NULL AND p.is_tied IS NULL;
  UPDATE reproq.waiting SET is_tied = true WHERE is_tied IS NULL;

  INSERT INTO reproq.workflow (workflow_id, created_at, updated_at, expected_count, status)
  SELECT t.workflow_id, min(t.enqueued_at), now(), count(*), 'RUNNING' FROM reproq.task t
  WHERE t.workflow_id IS NOT NULL GROUP BY t.workflow_id;
  INSERT INTO reproq.dependency (dependant_id, result_id)
  SELECT t.result_id, t.parent_id FROM reproq.task t WHERE t.parent_id < t.result_id;
  IF to_regclass('reproq_before.workflow_runs') IS NOT NULL THEN
    EXECUTE 'INSERT INTO reproq.dependency (dependant_id, result_id)
      SELECT c.result_id, t.result_id FROM reproq_before.workflow_runs w
      JOIN reproq.task c ON c.result_id = w.callback_result_id AND c.workflow_id = w.workflow_id
      JOIN reproq.task t ON t.workflow_id = w.workflow_id AND t.result_id <> c.result_id
      ON CONFLICT DO NOTHING';
    EXECUTE 'UPDATE reproq.workflow n SET callback_result_id = w.callback_result_id,
        expected_count = n.expected_count - 1, created_at = coalesce(w.created_at, n.created_at)
      FROM reproq_before.workflow_runs w
      JOIN reproq.task c ON c.result_id = w.callback_result_id AND c.workflow_id = w.workflow_id
      WHERE n.workflow_id = w.workflow_id';
  END IF;
  -- Who waits for nobody that is known will wait for ever: it is its own obstacle.
  INSERT INTO reproq.dependency (dependant_id, result_id)
  SELECT w.result_id, w.result_id FROM reproq.waiting w
  WHERE NOT EXISTS (SELECT FROM reproq.dependency d WHERE d.dependant_id = w.result_id);

  UPDATE reproq.waiting w SET wait_count = (
    SELECT count(*) FROM reproq.dependency d WHERE d.dependant_id = w.result_id);
  bad := ARRAY(SELECT DISTINCT d.result_id FROM reproq.waiting w
    JOIN reproq.dependency d ON d.dependant_id = w.result_id
    LEFT JOIN reproq.task t ON t.result_id = d.result_id
    LEFT JOIN reproq.finished f ON f.result_id = d.result_id
    WHERE t.result_id IS NULL OR f.status <> 'SUCCESSFUL' OR d.result_id = d.dependant_id);
  PERFORM reproq.strand(bad, now());
  PERFORM reproq.release(ARRAY(SELECT DISTINCT d.result_id FROM reproq.waiting w
    JOIN reproq.dependency d ON d.dependant_id = w.result_id
    JOIN reproq.finished f ON f.result_id = d.result_id
    WHERE f.status = 'SUCCESSFUL'), now());
  DELETE FROM reproq.dependency d WHERE d.dependant_id = d.result_id
    OR NOT EXISTS (SELECT FROM reproq.task t WHERE t.result_id = d.result_id);
  PERFORM reproq.recount_workflows(ARRAY(SELECT workflow_id FROM reproq.workflow), now());
END $adopt$;
