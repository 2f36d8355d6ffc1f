-- Everything that is written about tasks, in the order of a task's life.
--
-- A transition deletes a row from one place and inserts it into the next, in one statement: who
-- deletes the row moves it, everybody else gets no row and changes nothing.
-- :now is null where the database's clock decides.
-- = ANY (ARRAY(…)) and not a join of two tables: that was seen to plan a sequential scan on a table
-- not yet analysed. A list that was sent is joined by its index alone: beside = ANY the planner
-- compares everything with everything.

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

-- name: sent_before
-- Which of these an earlier send has made durable already.
SELECT result_id FROM reproq.task WHERE result_id = ANY (:ids::bigint[])

-- name: enqueue
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now,
    (SELECT value::bigint FROM reproq.setting WHERE name = 'aging_ms') AS aging_ms
),
sent AS MATERIALIZED (
  SELECT u.*, c.now, reproq.rank_of(u.priority, c.now, c.aging_ms) AS rank, coalesce(
      'epoch'::timestamptz + u.start_micros * interval '1 microsecond',
      c.now + u.delay_micros * interval '1 microsecond') AS run_after, coalesce(
      'epoch'::timestamptz + u.expiry_micros * interval '1 microsecond',
      c.now + u.life_micros * interval '1 microsecond') AS expires_at
  FROM unnest(:ids::bigint[], :paths::text[], :queues::text[], :priorities::integer[],
    :specs::text[], :max_attempts::integer[], :timeouts::double precision[],
    :lock_keys::text[], :concurrency_keys::text[], :concurrency_limits::integer[],
    :headers::text[], :starts::bigint[], :delays::bigint[], :uniques::boolean[],
    :expiries::bigint[], :lives::bigint[])
    AS u (result_id, task_path, queue_name, priority, spec_json, max_attempts,
      timeout_seconds, lock_key, concurrency_key, concurrency_limit, headers, start_micros,
      delay_micros, is_unique, expiry_micros, life_micros)
  CROSS JOIN clock c
),
into_task AS (
  INSERT INTO reproq.task (result_id, enqueued_at, timeout_seconds, priority, max_attempts,
    concurrency_limit, spec_json, lock_key, concurrency_key, headers, expires_at, is_unique)
  SELECT result_id, now, timeout_seconds, priority, max_attempts, concurrency_limit,
    spec_json::json, lock_key, concurrency_key, headers::json, expires_at, nullif(is_unique, false)
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
  INSERT INTO reproq.deferred (result_id, queue_name, task_path, rank, version, attempts, run_after,
    is_tied)
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
SELECT count(*) AS ready FROM sent WHERE run_after IS NULL OR run_after <= now

-- name: claim
-- Takes the best ready tasks of each queue that is not paused. Others' paths are parked. A task that
-- somebody wants stopped stays, and is told as doomed; so does one that is expired. Those that are tied
-- are judged first, by a function whose statements look anew after it has waited for keys: what is
-- taken then starts then, and not when this statement began. The worker's own row is locked first (KEY SHARE lets
-- heartbeats through): no row, no task. A row that was locked is deleted by its address, which
-- saves a second way through an index. When tasks are parked that wait for a worker like this one,
-- or for a token that is there now, it takes nothing and tells their keys, and for how many tasks of
-- each there is room: they go back to ready first, where rank decides. A task for whose rate limit
-- there is no token is parked, and told is when the first of those gets one that are parked already.
-- Told are also the keys of tasks that were parked: what became of them meanwhile is to be looked at
-- once this is committed.
--
-- What was asked stands in a materialized row, where the planner cannot look at it: else it finds
-- each time that a plan for these very values would be cheaper, and to make it takes longer than to
-- run it.
WITH RECURSIVE asked AS MATERIALIZED (
  SELECT :now::timestamptz AS given, coalesce(:now::timestamptz, clock_timestamp()) AS now,
    :incarnation::uuid AS incarnation,
    :claim_number::bigint AS claim_number, :queues::text[] AS queues, :quotas::integer[] AS quotas,
    :handles::text[] AS handles, :others::boolean AS others, :looks::boolean AS looks
),
me AS MATERIALIZED (
  SELECT number FROM reproq.worker
  WHERE incarnation = (SELECT incarnation FROM asked) AND NOT dead FOR KEY SHARE
),
wanted AS MATERIALIZED (
  SELECT q.queue_name, q.quota
  FROM me CROSS JOIN asked a CROSS JOIN LATERAL unnest(a.queues, a.quotas) AS q (queue_name, quota)
  WHERE NOT EXISTS (
    SELECT FROM reproq.queue_control c WHERE c.queue_name IN (q.queue_name, '*') AND c.paused)
),
handled AS MATERIALIZED (
  SELECT DISTINCT h.path FROM asked a CROSS JOIN LATERAL unnest(a.handles) AS h (path)
),
listed AS MATERIALIZED (
  SELECT DISTINCT h.path
  FROM asked a CROSS JOIN reproq.worker w CROSS JOIN unnest(w.handles) AS h (path)
  WHERE a.others AND NOT w.dead AND w.incarnation <> a.incarnation
),
-- The paths and the rate limits that tasks are parked for, each found by one step into the index.
step (key) AS (
  SELECT min(p.parked_key) FROM reproq.parked p
  WHERE p.parked_key >= CASE WHEN (SELECT looks FROM asked) THEN 'path:' ELSE 'rate:' END
    AND p.parked_key < 'rate;'
  UNION ALL
  SELECT (SELECT min(p.parked_key) FROM reproq.parked p
    WHERE p.parked_key > s.key AND p.parked_key < 'rate;')
  FROM step s WHERE s.key IS NOT NULL
),
-- Of the limits: for how many tasks there is room, and how long it is until there is for one. There
-- is for all where the limit is gone; and where the clock was set back, which the claim mends.
bucket AS MATERIALIZED (
  SELECT s.key, CASE
    WHEN l.key IS NULL OR l.tokens_per_second = 0 OR l.burst_size = 0 OR a.now < l.last_refilled_at
      THEN 2147483647
    ELSE reproq.tokens_at(l, a.now) / 1000000 END AS room,
    greatest(0, ceil((1000000 - reproq.tokens_at(l, a.now)) * 1000000.0
      / reproq.micro_rate(l.tokens_per_second)))::bigint AS wait_micros
  FROM step s CROSS JOIN asked a
  LEFT JOIN reproq.rate_limit l ON l.key = substr(s.key, 6) COLLATE "default"
  WHERE s.key >= 'rate:' AND EXISTS (SELECT FROM wanted w CROSS JOIN LATERAL (
      SELECT FROM reproq.parked p
      WHERE p.parked_key = s.key AND p.queue_name = w.queue_name LIMIT 1) p WHERE w.quota > 0)
),
own_key AS MATERIALIZED (
  SELECT b.key, b.room FROM bucket b WHERE b.room > 0 AND (SELECT looks FROM asked)
  UNION ALL
  SELECT s.key, 2147483647 FROM step s
  WHERE s.key < 'path;'
    AND (substr(s.key, 6) COLLATE "default" IN (SELECT path FROM handled)
      OR ((SELECT others FROM asked) AND substr(s.key, 6) COLLATE "default" NOT IN (SELECT path FROM listed)))
    AND EXISTS (SELECT FROM wanted w CROSS JOIN LATERAL (
      SELECT FROM reproq.parked p
      WHERE p.parked_key = s.key AND p.queue_name = w.queue_name LIMIT 1) p WHERE w.quota > 0)
),
-- With its description, which most of what follows needs a part of: rows are copied once here and once
-- when they are placed, and never joined with each other, because on a row this wide that costs more than
-- to find it.
locked AS MATERIALIZED (
  SELECT r.*, t.*, r.task_path IN (SELECT path FROM handled)
    OR ((SELECT others FROM asked) AND r.task_path NOT IN (SELECT path FROM listed)) AS is_mine
  FROM (SELECT * FROM wanted WHERE NOT EXISTS (SELECT FROM own_key)) w CROSS JOIN LATERAL (
    SELECT ctid AS address, result_id, rank, version, attempts, is_tied, queue_name, task_path,
      started_at, last_attempted_at, workers
    FROM reproq.ready
    WHERE queue_name = w.queue_name
    ORDER BY rank, result_id LIMIT w.quota FOR UPDATE SKIP LOCKED) r
  LEFT JOIN LATERAL (
    SELECT t.lock_key, t.concurrency_limit,
      CASE WHEN t.concurrency_limit > 0 THEN nullif(t.concurrency_key, '') END AS slot_key,
      t.expires_at, t.enqueued_at, t.headers, t.spec_json
    FROM reproq.task t WHERE t.result_id = r.result_id OFFSET 0) t ON true
),
doomed AS MATERIALIZED (
  SELECT c.result_id FROM reproq.cancel_request c
  WHERE c.result_id = ANY (ARRAY(SELECT result_id FROM locked))
),
verdict AS MATERIALIZED (
  SELECT v.result_id, v.verdict
  FROM (
    SELECT array_agg(l.result_id) AS ids, array_agg(l.rank) AS ranks, array_agg(l.is_mine) AS mine,
      array_agg(l.lock_key) AS locks, array_agg(l.slot_key) AS slots,
      array_agg(l.concurrency_limit) AS rooms, array_agg(l.expires_at) AS ends
    FROM locked l WHERE l.is_tied AND l.result_id NOT IN (SELECT result_id FROM doomed)
    HAVING count(*) > 0) t
  CROSS JOIN asked a
  CROSS JOIN LATERAL reproq.take_keys(t.ids, t.ranks, t.mine, t.locks, t.slots, t.rooms, t.ends,
    a.given) v
),
gone AS (
  DELETE FROM reproq.ready WHERE ctid = ANY (ARRAY(
    SELECT address FROM locked WHERE result_id NOT IN (SELECT result_id FROM doomed)
      AND result_id NOT IN (SELECT result_id FROM verdict WHERE verdict = 'EXPIRED')))
  RETURNING result_id
),
-- Who waits for which key, as one value to look it up in: null when nobody does, as nearly always. It is
-- asked for as a scalar: in a join it might be copied for every row.
kept AS MATERIALIZED (
  SELECT jsonb_object_agg(result_id, verdict) AS by_keys FROM verdict WHERE result_id IS NOT NULL
),
-- Tokens are taken last: a task that waits for something else uses none. Nothing is called where
-- nothing is limited.
limited AS MATERIALIZED (
  SELECT jsonb_object_agg(l.result_id, l.limit_key) AS by_limits
  FROM (SELECT array_agg(m.result_id) AS ids, array_agg(m.task_path) AS paths,
      array_agg(m.queue_name) AS queues
    FROM (SELECT l.* FROM locked l
      WHERE l.is_mine AND l.result_id IN (SELECT result_id FROM gone)
        AND (SELECT by_keys FROM kept) ->> l.result_id::text IS NULL
      ORDER BY array_position((SELECT queues FROM asked), l.queue_name), l.rank, l.result_id) m) c
  CROSS JOIN asked a
  CROSS JOIN LATERAL reproq.take_tokens(c.ids, c.paths, c.queues, a.given) l
  WHERE EXISTS (
    SELECT FROM reproq.rate_limit r WHERE r.tokens_per_second > 0 AND r.burst_size > 0)
),
-- The blocker stands first, where it is read without what follows.
placed AS MATERIALIZED (
  SELECT CASE WHEN NOT l.is_mine THEN 'path:' || l.task_path
      ELSE coalesce((SELECT by_keys FROM kept) ->> l.result_id::text,
        'rate:' || ((SELECT by_limits FROM limited) ->> l.result_id::text)) END AS blocker, l.*
  FROM locked l WHERE l.result_id IN (SELECT result_id FROM gone)
),
into_running AS (
  INSERT INTO reproq.running (result_id, claim_number, last_attempted_at, worker, version, attempts,
    queue_name, task_path, started_at, workers, is_tied, lock_key, slot_key)
  SELECT m.result_id, a.claim_number,
    CASE WHEN m.is_tied THEN coalesce(a.given, clock_timestamp()) ELSE a.now END, me.number, m.version + 1, m.attempts + 1,
    m.queue_name, m.task_path, coalesce(m.started_at, m.last_attempted_at), m.workers, m.is_tied,
    CASE WHEN m.is_tied THEN m.lock_key END, CASE WHEN m.is_tied THEN m.slot_key END
  FROM placed m CROSS JOIN me CROSS JOIN asked a WHERE m.blocker IS NULL
),
into_parked AS (
  INSERT INTO reproq.parked (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, workers, is_tied, parked_key)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied, blocker
  FROM placed WHERE blocker IS NOT NULL
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT t.queue_name, s.status, s.sign * t.tasks
  FROM (SELECT queue_name, count(*) AS tasks FROM placed WHERE blocker IS NULL GROUP BY queue_name) t
  CROSS JOIN (VALUES ('READY', -1), ('RUNNING', 1)) AS s (status, sign)
)
SELECT m.result_id, m.attempts + 1 AS attempt, m.spec_json, m.headers,
  (extract(epoch FROM (SELECT now FROM asked) - m.enqueued_at) * 1000000)::bigint AS waited_micros,
  CASE WHEN m.is_tied AND isfinite(m.expires_at)
    THEN (extract(epoch FROM m.expires_at - (SELECT now FROM asked)) * 1000000)::bigint END
    AS life_micros,
  EXISTS (SELECT FROM placed o WHERE o.blocker IS NOT NULL) AS is_moved,
  ARRAY(SELECT result_id FROM verdict WHERE verdict = 'EXPIRED') AS expired,
  ARRAY(SELECT k.key FROM placed p
    CROSS JOIN LATERAL (VALUES ('lock:' || p.lock_key), ('slot:' || p.slot_key)) k (key)
    WHERE p.is_tied AND p.blocker IS NOT NULL AND k.key IS NOT NULL
    UNION SELECT verdict FROM verdict WHERE result_id IS NULL) AS left_keys,
  ARRAY(SELECT result_id FROM doomed) AS doomed,
  ARRAY(SELECT key FROM own_key ORDER BY key) AS own_keys,
  ARRAY(SELECT room FROM own_key ORDER BY key) AS own_rooms,
  (SELECT min(wait_micros) FROM bucket) AS wait_micros
FROM me LEFT JOIN placed m ON m.blocker IS NULL
ORDER BY array_position((SELECT queues FROM asked), m.queue_name), m.rank, m.result_id

-- name: lock_claimed
-- Sorted, because two settlements of the same attempts may be under way.
SELECT r.result_id, r.worker, r.claim_number, r.attempts,
  (extract(epoch FROM r.last_attempted_at) * 1000000)::bigint AS start_micros,
  (SELECT n.worker_id FROM reproq.worker_name n WHERE n.number = r.worker) AS worker_id
FROM unnest(:ids::bigint[], :workers::integer[], :numbers::bigint[])
  AS s (result_id, worker, claim_number)
JOIN reproq.running r ON r.result_id = s.result_id AND r.worker = s.worker
  AND r.claim_number = s.claim_number
ORDER BY r.result_id
FOR UPDATE OF r

-- name: lock_held
-- All that a worker holds, but for what is being settled right now.
SELECT r.result_id, r.worker, r.claim_number, r.attempts,
  (extract(epoch FROM r.last_attempted_at) * 1000000)::bigint AS start_micros,
  (SELECT n.worker_id FROM reproq.worker_name n WHERE n.number = r.worker) AS worker_id,
  (SELECT t.max_attempts FROM reproq.task t WHERE t.result_id = r.result_id) AS max_attempts
FROM reproq.running r
WHERE r.worker = (SELECT n.number FROM reproq.worker_name n WHERE n.incarnation = :incarnation)
ORDER BY r.result_id
FOR UPDATE OF r SKIP LOCKED

-- name: requested
SELECT result_id FROM reproq.cancel_request WHERE result_id = ANY (:ids::bigint[])

-- name: end_attempts
-- The way out of running, whatever ends the attempt: each goes to its place, if its claim still
-- holds it. What is over leaves its mark (found one by one, by index, whatever the planner thinks of
-- the table's size) and its cancel request behind. The keys that are free with it are told: what is
-- parked under them is to be looked for once this is committed. An order is found again from what
-- never changes about the task, because running rows do not carry it. Expiries are looked for only
-- where any task has one.
WITH clock AS MATERIALIZED (
  SELECT coalesce(:now::timestamptz, clock_timestamp()) AS now,
    (SELECT value::bigint FROM reproq.setting WHERE name = 'aging_ms') AS aging_ms,
    EXISTS (SELECT FROM reproq.expiry) AS any_expires
),
sent AS MATERIALIZED (
  SELECT * FROM unnest(:ids::bigint[], :workers::integer[], :numbers::bigint[], :places::text[],
    :statuses::text[], :attempts::integer[], :delays::bigint[], :settled::boolean[],
    :returned::text[], :errors::text[])
    AS s (result_id, worker, claim_number, place, status, attempts, delay_micros, is_settled,
      returned, last_error)
),
gone AS (
  DELETE FROM reproq.running r USING sent s
  WHERE r.result_id = s.result_id AND r.worker = s.worker AND r.claim_number = s.claim_number
  RETURNING r.result_id, r.version, r.queue_name, r.task_path, r.started_at, r.last_attempted_at,
    r.workers, r.is_tied, r.lock_key, r.slot_key, r.worker, r.claim_number, s.place, s.status, s.attempts, s.delay_micros,
    s.is_settled, s.returned, s.last_error
),
back AS (
  SELECT g.result_id, g.version + 1 AS version, g.attempts, g.queue_name, g.task_path,
    g.started_at, g.last_attempted_at,
    g.workers || g.worker AS workers, g.is_tied, g.place, c.now + g.delay_micros * interval '1 microsecond' AS run_after,
    (SELECT reproq.rank_of(t.priority, t.enqueued_at, c.aging_ms) FROM reproq.task t
      WHERE t.result_id = g.result_id) AS rank
  FROM gone g CROSS JOIN clock c WHERE g.place IN ('ready', 'deferred')
),
into_ready AS (
  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied)
  SELECT result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied
  FROM back WHERE place = 'ready'
),
into_deferred AS (
  INSERT INTO reproq.deferred (result_id, rank, version, attempts, queue_name, task_path,
    started_at, last_attempted_at, workers, is_tied, run_after)
  SELECT result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied, run_after
  FROM back WHERE place = 'deferred'
),
into_finished AS (
  INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, claim_number, worker,
    version, attempts, status, queue_name, task_path, return_json, last_error, started_at, workers)
  SELECT g.result_id, c.now, g.last_attempted_at, CASE WHEN g.is_settled THEN g.claim_number END,
    g.worker, g.version + 1, g.attempts, g.status, g.queue_name, g.task_path, g.returned::json,
    g.last_error, g.started_at, g.workers
  FROM gone g CROSS JOIN clock c WHERE g.place = 'finished'
  RETURNING result_id
),
unmarked AS (
  DELETE FROM reproq.active_hash WHERE ctid = ANY (ARRAY(
    SELECT h.address FROM into_finished f CROSS JOIN LATERAL (
      SELECT ctid AS address FROM reproq.active_hash WHERE result_id = f.result_id OFFSET 0) h))
),
forgotten AS (
  DELETE FROM reproq.cancel_request
  WHERE result_id = ANY (ARRAY(SELECT result_id FROM into_finished))
),
unexpiring AS (
  DELETE FROM reproq.expiry WHERE ctid = ANY (ARRAY(
    SELECT e.address FROM gone g CROSS JOIN LATERAL (
      SELECT ctid AS address FROM reproq.expiry WHERE result_id = g.result_id OFFSET 0) e
    WHERE (SELECT any_expires FROM clock) AND g.is_tied
      AND g.status IN ('SUCCESSFUL', 'CANCELLED')))
),
counted AS (
  INSERT INTO reproq.counter_delta (queue_name, status, change)
  SELECT t.queue_name, s.status, s.sign * t.tasks
  FROM (SELECT queue_name, status, count(*) AS tasks FROM gone GROUP BY queue_name, status) t
  CROSS JOIN LATERAL (VALUES ('RUNNING', -1), (t.status, 1)) AS s (status, sign)
),
-- Members of workflows, once they are in finished: so the count comes first.
told AS MATERIALIZED (
  SELECT CASE WHEN (SELECT count(*) FROM into_finished) > 0
    THEN reproq.tell_workflows(m.ids, (SELECT now FROM clock)) END AS freed
  FROM (SELECT array_agg(result_id) AS ids FROM gone WHERE is_tied AND place = 'finished') m
  WHERE m.ids IS NOT NULL
)
SELECT result_id, worker, claim_number, 'lock:' || lock_key AS lock_key,
  'slot:' || slot_key AS slot_key, (SELECT freed FROM told) > 0 AS is_freeing
FROM gone

-- name: insert_failures
INSERT INTO reproq.failure (result_id, attempt, kind, exception_class, message, traceback, at,
  started_at, worker_id)
SELECT f.result_id, f.attempt, f.kind, f.exception_class, f.message, f.traceback,
  coalesce(:now::timestamptz, clock_timestamp()),
  'epoch'::timestamptz + f.start_micros * interval '1 microsecond', f.worker_id
FROM unnest(:ids::bigint[], :attempts::integer[], :kinds::text[], :exception_classes::text[],
  :messages::text[], :tracebacks::text[], :starts::bigint[], :worker_ids::text[]) WITH ORDINALITY
  AS f (result_id, attempt, kind, exception_class, message, traceback, start_micros, worker_id, ord)
ORDER BY f.ord

-- name: settled_before
-- Only a settlement leaves its claim in finished, so this is the attempt's own end.
SELECT result_id, worker, claim_number, status, attempts FROM reproq.finished
WHERE result_id = ANY (:ids::bigint[]) AND claim_number IS NOT NULL

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
gone AS (
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers FROM gone_ready
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers FROM gone_deferred
  UNION ALL
  SELECT result_id, version, attempts, queue_name, task_path, started_at, last_attempted_at,
    workers FROM gone_parked
),
into_finished AS (
  INSERT INTO reproq.finished (result_id, finished_at, last_attempted_at, version, attempts, status,
    queue_name, task_path, started_at, workers)
  SELECT result_id, coalesce(:now::timestamptz, clock_timestamp()), last_attempted_at, version + 1,
    attempts, 'CANCELLED', queue_name, task_path, started_at, workers
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
  SELECT t.queue_name, s.status, s.sign * t.tasks
  FROM (SELECT queue_name, count(*) AS tasks FROM gone GROUP BY queue_name) t
  CROSS JOIN (VALUES ('READY', -1), ('CANCELLED', 1)) AS s (status, sign)
)
SELECT result_id FROM into_finished

-- name: cancel_waiting
-- After those, because it locks their workflows; tells these, too.
SELECT unnest(reproq.cancel_waiting(:ids::bigint[], :ended::bigint[],
  coalesce(:now::timestamptz, clock_timestamp()))) AS result_id

-- name: running_among
SELECT result_id FROM reproq.running WHERE result_id = ANY (:ids::bigint[])

-- name: unfinished_among
SELECT t.result_id FROM reproq.task t
WHERE t.result_id = ANY (:ids::bigint[])
  AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = t.result_id)

-- name: forget_requests
DELETE FROM reproq.cancel_request WHERE result_id = ANY (:ids::bigint[])
