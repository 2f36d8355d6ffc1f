-- Everything that is written about tasks, in the order of a task's life.
--
-- A transition deletes a row from one place and inserts it into the next, in one statement: who
-- deletes the row moves it, everybody else gets no row and changes nothing.
-- :now is null where the database's clock decides.
-- = ANY (ARRAY(…)) and not a join: a join was seen to plan a sequential scan on a table that was
-- not yet analysed.

-- name: reserve_ids
-- Before anything is sent, so that a task that is sent again meets itself.
SELECT nextval('reproq.task_id') AS result_id FROM generate_series(1, :count::integer)

-- name: mark_active
-- In the order of hashes, so that two callers wait for each other in one direction only.
INSERT INTO reproq.active_hash (spec_hash, result_id)
SELECT decode(u.spec_hash, 'hex'), u.result_id
FROM unnest(:hashes::text[], :ids::bigint[]) AS u (spec_hash, result_id)
ORDER BY 1
ON CONFLICT DO NOTHING

-- name: active_twins
SELECT encode(spec_hash, 'hex') AS spec_hash, result_id FROM reproq.active_hash
WHERE spec_hash = ANY (ARRAY(SELECT decode(h, 'hex') FROM unnest(:hashes::text[]) h))

-- name: enqueue
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now,
    (SELECT value::bigint FROM reproq.setting WHERE name = 'aging_ms') AS aging_ms
),
sent AS MATERIALIZED (
  SELECT u.*, coalesce(
      'epoch'::timestamptz + u.start_micros * interval '1 microsecond',
      c.now + u.delay_micros * interval '1 microsecond') AS run_after
  FROM unnest(:ids::bigint[], :paths::text[], :queues::text[], :priorities::integer[],
    :specs::text[], :hashes::text[], :max_attempts::integer[], :timeouts::double precision[],
    :lock_keys::text[], :concurrency_keys::text[], :concurrency_limits::integer[],
    :headers::text[], :starts::bigint[], :delays::bigint[])
    AS u (result_id, task_path, queue_name, priority, spec_json, spec_hash, max_attempts,
      timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, start_micros,
      delay_micros)
  CROSS JOIN clock c
),
made AS (
  INSERT INTO reproq.task (result_id, task_path, queue_name, priority, spec_json, spec_hash,
    max_attempts, timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers,
    enqueued_at)
  SELECT s.result_id, s.task_path, s.queue_name, s.priority, s.spec_json::json,
    decode(s.spec_hash, 'hex'), s.max_attempts, s.timeout_seconds, s.lock_key, s.concurrency_key,
    s.concurrency_limit, s.headers::json, c.now
  FROM sent s CROSS JOIN clock c
  ON CONFLICT (result_id) DO NOTHING
  RETURNING result_id, queue_name, task_path, priority
),
placed AS MATERIALIZED (
  SELECT m.result_id, m.queue_name, m.task_path,
    reproq.rank_of(m.priority, c.now, c.aging_ms) AS rank, s.run_after, s.run_after > c.now AS is_deferred
  FROM made m JOIN sent s ON s.result_id = m.result_id CROSS JOIN clock c
),
into_ready AS (
  INSERT INTO reproq.ready (result_id, queue_name, task_path, rank, version, attempts)
  SELECT result_id, queue_name, task_path, rank, 1, 0 FROM placed WHERE NOT is_deferred
),
into_deferred AS (
  INSERT INTO reproq.deferred (result_id, queue_name, task_path, rank, version, attempts, run_after)
  SELECT result_id, queue_name, task_path, rank, 1, 0, run_after FROM placed WHERE is_deferred
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, 'READY', count(*) FROM placed GROUP BY queue_name
)
SELECT count(*) AS ready FROM placed WHERE NOT is_deferred

-- name: claim
-- Takes the best tasks of each queue, from ready, and from those parked that wait for a worker like
-- this one. Others' paths are parked. A task that somebody wants stopped stays, and is told as
-- doomed. The worker's own row is locked first (KEY SHARE lets heartbeats through): no row, no task.
WITH RECURSIVE clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now
),
me AS MATERIALIZED (
  SELECT incarnation, worker_id FROM reproq.worker
  WHERE incarnation = :incarnation AND NOT dead FOR KEY SHARE
),
wanted AS MATERIALIZED (
  SELECT q.queue_name, q.quota, q.ord
  FROM me CROSS JOIN unnest(:queues::text[], :quotas::integer[]) WITH ORDINALITY
    AS q (queue_name, quota, ord)
),
handled AS MATERIALIZED (SELECT DISTINCT h.path FROM unnest(:handles::text[]) AS h (path)),
listed AS MATERIALIZED (
  SELECT DISTINCT h.path FROM reproq.worker w CROSS JOIN unnest(w.handles) AS h (path)
  WHERE :others AND NOT w.dead AND w.incarnation <> :incarnation
),
-- The keys of parked paths, each found by one step into the index; only who has an executor asks.
step (key) AS (
  SELECT min(p.parked_key) FROM reproq.parked p
  WHERE :others AND p.parked_key >= 'path:' AND p.parked_key < 'path;'
  UNION ALL
  SELECT (SELECT min(p.parked_key) FROM reproq.parked p
    WHERE p.parked_key > s.key AND p.parked_key < 'path;')
  FROM step s WHERE s.key IS NOT NULL
),
own_key AS MATERIALIZED (
  SELECT ('path:' || path) COLLATE "C" AS key FROM handled
  UNION
  SELECT s.key FROM step s
  WHERE s.key IS NOT NULL AND substr(s.key, 6) COLLATE "default" NOT IN (SELECT path FROM listed)
),
candidate AS MATERIALIZED (
  SELECT w.ord, w.quota, true AS is_parked, p.result_id, p.rank, true AS is_mine
  FROM wanted w CROSS JOIN own_key k CROSS JOIN LATERAL (
    SELECT result_id, rank FROM reproq.parked
    WHERE parked_key = k.key AND queue_name = w.queue_name
    ORDER BY rank, result_id LIMIT w.quota FOR UPDATE SKIP LOCKED) p
  UNION ALL
  SELECT w.ord, w.quota, false, r.result_id, r.rank,
    r.task_path IN (SELECT path FROM handled)
      OR (:others AND r.task_path NOT IN (SELECT path FROM listed))
  FROM wanted w CROSS JOIN LATERAL (
    SELECT result_id, rank, task_path FROM reproq.ready
    WHERE queue_name = w.queue_name
    ORDER BY rank, result_id LIMIT w.quota FOR UPDATE SKIP LOCKED) r
),
ranked AS (
  SELECT c.*, row_number() OVER (PARTITION BY c.ord ORDER BY c.rank, c.result_id) AS position
  FROM candidate c
),
best AS MATERIALIZED (
  SELECT r.*, EXISTS (
    SELECT FROM reproq.cancel_request q WHERE q.result_id = r.result_id) AS is_doomed
  FROM ranked r WHERE r.position <= r.quota
),
left_ready AS (
  DELETE FROM reproq.ready WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM best WHERE NOT is_parked AND NOT is_doomed))
  RETURNING *
),
left_parked AS (
  DELETE FROM reproq.parked WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM best WHERE is_parked AND NOT is_doomed))
  RETURNING *
),
gone AS (
  SELECT result_id, rank, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids FROM left_ready
  UNION ALL
  -- It went through ready on its way.
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids FROM left_parked
),
taken AS MATERIALIZED (
  SELECT g.*, b.ord FROM gone g JOIN best b ON b.result_id = g.result_id WHERE b.is_mine
),
into_running AS (
  INSERT INTO reproq.running (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, worker_ids, incarnation, claim_number)
  SELECT t.result_id, t.rank, t.version + 1, t.attempts + 1, t.queue_name, t.task_path,
    coalesce(t.started_at, c.now), c.now, t.worker_ids || m.worker_id, m.incarnation,
    :claim_number::bigint
  FROM taken t CROSS JOIN me m CROSS JOIN clock c
),
into_parked AS (
  INSERT INTO reproq.parked (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, worker_ids, parked_key)
  SELECT g.result_id, g.rank, g.version + 1, g.attempts, g.queue_name, g.task_path,
    g.started_at, g.last_attempted_at, g.worker_ids, 'path:' || g.task_path
  FROM gone g JOIN best b ON b.result_id = g.result_id WHERE NOT b.is_mine
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT t.queue_name, s.status, s.sign * count(*)
  FROM taken t CROSS JOIN (VALUES ('READY', -1), ('RUNNING', 1)) AS s (status, sign)
  GROUP BY t.queue_name, s.status, s.sign
)
SELECT t.result_id, t.attempts + 1 AS attempt,
  (SELECT k.spec_json FROM reproq.task k WHERE k.result_id = t.result_id) AS spec_json,
  EXISTS (SELECT FROM best b WHERE NOT b.is_mine) AS is_moved,
  ARRAY(SELECT b.result_id FROM best b WHERE b.is_doomed) AS doomed
FROM me LEFT JOIN taken t ON true
ORDER BY t.ord, t.rank, t.result_id

-- name: lock_claimed
-- Sorted, because two settlements of the same attempts may be under way.
SELECT r.result_id, r.incarnation, r.claim_number, r.attempts,
  r.worker_ids[cardinality(r.worker_ids)] AS worker_id
FROM unnest(:ids::bigint[], :incarnations::uuid[], :numbers::bigint[])
  AS s (result_id, incarnation, claim_number)
JOIN reproq.running r ON r.result_id = s.result_id AND r.incarnation = s.incarnation
  AND r.claim_number = s.claim_number
WHERE r.result_id = ANY (:ids::bigint[])
ORDER BY r.result_id
FOR UPDATE OF r

-- name: lock_held
-- All that a worker holds, but for what is being settled right now.
SELECT r.result_id, r.incarnation, r.claim_number, r.attempts,
  r.worker_ids[cardinality(r.worker_ids)] AS worker_id,
  (SELECT t.max_attempts FROM reproq.task t WHERE t.result_id = r.result_id) AS max_attempts
FROM reproq.running r WHERE r.incarnation = :incarnation
ORDER BY r.result_id
FOR UPDATE OF r SKIP LOCKED

-- name: requested
SELECT result_id FROM reproq.cancel_request WHERE result_id = ANY (:ids::bigint[])

-- name: end_attempts
-- The way out of running, whatever ends the attempt: each goes to its place, if its claim still
-- holds it. What is over leaves its mark and its cancel request behind.
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now
),
sent AS MATERIALIZED (
  SELECT * FROM unnest(:ids::bigint[], :incarnations::uuid[], :numbers::bigint[], :places::text[],
    :statuses::text[], :attempts::integer[], :delays::bigint[], :settled::boolean[],
    :returned::text[], :errors::text[])
    AS s (result_id, incarnation, claim_number, place, status, attempts, delay_micros, is_settled,
      returned, last_error)
),
gone AS (
  DELETE FROM reproq.running r USING sent s
  WHERE r.result_id = ANY (:ids::bigint[]) AND r.result_id = s.result_id
    AND r.incarnation = s.incarnation AND r.claim_number = s.claim_number
  RETURNING r.result_id, r.rank, r.version, r.queue_name, r.task_path, r.started_at,
    r.last_attempted_at, r.worker_ids, r.incarnation, r.claim_number, s.place, s.status, s.attempts,
    s.delay_micros, s.is_settled, s.returned, s.last_error
),
into_ready AS (
  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids
  FROM gone WHERE place = 'ready'
),
into_deferred AS (
  INSERT INTO reproq.deferred (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, worker_ids, run_after)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids, c.now + delay_micros * interval '1 microsecond'
  FROM gone CROSS JOIN clock c WHERE place = 'deferred'
),
into_finished AS (
  INSERT INTO reproq.finished (result_id, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids, status, finished_at, incarnation, claim_number, return_json,
    last_error)
  SELECT result_id, version + 1, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, status, c.now, CASE WHEN is_settled THEN incarnation END,
    CASE WHEN is_settled THEN claim_number END, returned::json, last_error
  FROM gone CROSS JOIN clock c WHERE place = 'finished'
  RETURNING result_id
),
unmarked AS (
  DELETE FROM reproq.active_hash WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
forgotten AS (
  DELETE FROM reproq.cancel_request
  WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, 'RUNNING', -count(*) FROM gone GROUP BY queue_name
  UNION ALL
  SELECT queue_name, status, count(*) FROM gone GROUP BY queue_name, status
)
SELECT result_id, incarnation, claim_number FROM gone

-- name: insert_failures
INSERT INTO reproq.failure (result_id, attempt, kind, exception_class, message, traceback, at,
  worker_id)
SELECT f.result_id, f.attempt, f.kind, f.exception_class, f.message, f.traceback,
  coalesce(:now::timestamptz, clock_timestamp()), f.worker_id
FROM unnest(:ids::bigint[], :attempts::integer[], :kinds::text[], :exception_classes::text[],
  :messages::text[], :tracebacks::text[], :worker_ids::text[]) WITH ORDINALITY
  AS f (result_id, attempt, kind, exception_class, message, traceback, worker_id, ord)
ORDER BY f.ord

-- name: settled_before
-- Only a settlement leaves its claim in finished, so this is the attempt's own end.
SELECT result_id, incarnation, claim_number, status, attempts FROM reproq.finished
WHERE result_id = ANY (:ids::bigint[]) AND incarnation IS NOT NULL

-- name: promote
WITH due AS MATERIALIZED (
  SELECT d.result_id, d.run_after FROM reproq.deferred d
  WHERE d.run_after <= coalesce(:now::timestamptz, clock_timestamp())
  ORDER BY d.run_after, d.result_id LIMIT :limit FOR UPDATE SKIP LOCKED
),
doomed AS MATERIALIZED (
  SELECT c.result_id FROM reproq.cancel_request c
  WHERE c.result_id = ANY (ARRAY(SELECT result_id FROM due))
),
gone AS (
  DELETE FROM reproq.deferred WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM due WHERE result_id NOT IN (SELECT result_id FROM doomed)))
  RETURNING *
),
into_ready AS (
  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids
  FROM gone
)
SELECT (SELECT count(*) FROM gone) AS promoted, ARRAY(SELECT result_id FROM doomed) AS doomed

-- name: request_cancel
-- The wish comes first, and the look at the places in the statements after it: a task that moves
-- meanwhile meets one or the other.
INSERT INTO reproq.cancel_request (result_id, requested_at)
SELECT t.result_id, coalesce(:now::timestamptz, clock_timestamp())
FROM reproq.task t
WHERE t.result_id = ANY (:ids::bigint[])
  AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = t.result_id)
ORDER BY t.result_id
ON CONFLICT DO NOTHING

-- name: cancel_blocked
-- Ends what has not begun; rows are locked in the order of ids.
WITH gone_ready AS (
  DELETE FROM reproq.ready WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.ready WHERE result_id = ANY (:ids::bigint[])
    ORDER BY result_id FOR UPDATE))
  RETURNING *
),
gone_deferred AS (
  DELETE FROM reproq.deferred WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.deferred WHERE result_id = ANY (:ids::bigint[])
    ORDER BY result_id FOR UPDATE))
  RETURNING *
),
gone_parked AS (
  DELETE FROM reproq.parked WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.parked WHERE result_id = ANY (:ids::bigint[])
    ORDER BY result_id FOR UPDATE))
  RETURNING *
),
gone_waiting AS (
  DELETE FROM reproq.waiting WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM reproq.waiting WHERE result_id = ANY (:ids::bigint[])
    ORDER BY result_id FOR UPDATE))
  RETURNING *
),
gone AS (
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, 'READY' AS status FROM gone_ready
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, 'READY' FROM gone_deferred
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, 'READY' FROM gone_parked
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, 'WAITING' FROM gone_waiting
),
into_finished AS (
  INSERT INTO reproq.finished (result_id, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, worker_ids, status, finished_at)
  SELECT result_id, version + 1, attempts, queue_name, task_path, started_at, last_attempted_at,
    worker_ids, 'CANCELLED', coalesce(:now::timestamptz, clock_timestamp())
  FROM gone
  RETURNING result_id
),
unmarked AS (
  DELETE FROM reproq.active_hash WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
forgotten AS (
  DELETE FROM reproq.cancel_request
  WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT queue_name, status, -count(*) FROM gone GROUP BY queue_name, status
  UNION ALL
  SELECT queue_name, 'CANCELLED', count(*) FROM gone GROUP BY queue_name
)
SELECT result_id FROM into_finished

-- name: running_among
SELECT result_id FROM reproq.running WHERE result_id = ANY (:ids::bigint[])

-- name: unfinished_among
SELECT t.result_id FROM reproq.task t
WHERE t.result_id = ANY (:ids::bigint[])
  AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = t.result_id)

-- name: forget_requests
DELETE FROM reproq.cancel_request WHERE result_id = ANY (:ids::bigint[])

-- name: join_worker
INSERT INTO reproq.worker (incarnation, worker_id, hostname, concurrency, queues, handles, lease,
  heartbeat, version, lock_key, server_started, started_at, last_seen_at, leased_until, beat)
SELECT :incarnation, :worker_id, :hostname, :concurrency, :queues::text[], :handles::text[],
  :lease::bigint, :heartbeat, :version, :lock_key, :server_started::timestamptz, c.now, c.now,
  c.now + :lease::bigint * interval '1 microsecond', 0
FROM (SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now) c

-- name: renew_worker
-- No row: the worker is gone. A row without a task: it lives and holds nothing.
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now
),
renewed AS (
  UPDATE reproq.worker w SET beat = w.beat + 1, last_seen_at = c.now,
    leased_until = c.now + w.lease * interval '1 microsecond'
  FROM clock c
  WHERE w.incarnation = :incarnation AND NOT w.dead
  RETURNING w.incarnation
)
SELECT r.result_id, r.claim_number, r.attempts
FROM renewed w LEFT JOIN reproq.running r ON r.incarnation = w.incarnation

-- name: mark_dead
-- Only while the beat that was judged still stands: a worker that was heard of since lives. FOR
-- UPDATE waits for claims under way, which an UPDATE alone would not.
UPDATE reproq.worker SET dead = true WHERE incarnation = ANY (ARRAY(
  SELECT w.incarnation FROM reproq.worker w
  WHERE w.incarnation = :incarnation AND w.beat = :beat AND NOT w.dead FOR UPDATE))

-- name: mark_leaving
UPDATE reproq.worker SET dead = true WHERE incarnation = ANY (ARRAY(
  SELECT w.incarnation FROM reproq.worker w WHERE w.incarnation = :incarnation FOR UPDATE))

-- name: lock_dead
SELECT worker_id FROM reproq.worker WHERE incarnation = :incarnation AND dead FOR UPDATE

-- name: strike_out
DELETE FROM reproq.worker w
WHERE w.incarnation = :incarnation AND w.dead
  AND NOT EXISTS (SELECT FROM reproq.running r WHERE r.incarnation = w.incarnation)

-- name: fold_counters
-- Puts many changes into one row for each queue and status. Readers see the rows before or the row
-- after, never both.
WITH gone AS (
  DELETE FROM reproq.counter_delta WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM reproq.counter_delta LIMIT 20000 FOR UPDATE SKIP LOCKED))
  RETURNING *
)
INSERT INTO reproq.counter_delta (queue_name, status, change)
SELECT queue_name, status, sum(change) FROM gone
GROUP BY queue_name, status HAVING sum(change) <> 0

-- name: aging
SELECT value::bigint AS aging_ms FROM reproq.setting WHERE name = 'aging_ms'

-- name: set_aging
-- Also locks the setting, so that two processes change it one after the other.
UPDATE reproq.setting SET value = :aging_ms::bigint::text WHERE name = 'aging_ms'

-- name: rerank_ready
UPDATE reproq.ready p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_deferred
UPDATE reproq.deferred p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_parked
UPDATE reproq.parked p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_waiting
UPDATE reproq.waiting p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id

-- name: rerank_running
UPDATE reproq.running p SET rank = reproq.rank_of(t.priority, t.enqueued_at, :aging_ms::bigint)
FROM reproq.task t WHERE t.result_id = p.result_id
