-- The places a task can be in, and what hangs on a task.
--
-- Old workers: there are none before this one.
-- Lock: none that matters; the schema is new.
--
-- All of this is private: it may change with every release. Every byte of a row that each task has
-- is written four times or more on its way, so rows are narrow: what is nearly always the same is
-- null, what is wide is a number, and columns are ordered so that nothing is padded.

CREATE SEQUENCE reproq.task_id;

-- What never changes about a task, in partitions by ranges of result_id. spec_hash is null where it
-- is the SHA-256 of spec_json's text, backend_alias where it is 'default', is_unique where it may have
-- twins.
CREATE TABLE reproq.task (
  result_id         bigint           NOT NULL PRIMARY KEY,
  enqueued_at       timestamptz      NOT NULL,
  timeout_seconds   double precision NOT NULL CHECK (timeout_seconds > 0),
  priority          integer          NOT NULL,
  max_attempts      integer          NOT NULL CHECK (max_attempts >= 1),
  concurrency_limit integer          NOT NULL CHECK (concurrency_limit >= 0),
  spec_json         json             NOT NULL,
  spec_hash         bytea,
  lock_key          text,
  concurrency_key   text,
  headers           json,
  backend_alias     text,
  parent_id         bigint,
  workflow_id       uuid,
  expires_at        timestamptz,
  is_unique         boolean
) PARTITION BY RANGE (result_id);
CREATE INDEX task_lock_key ON reproq.task (lock_key, result_id) WHERE lock_key IS NOT NULL;

-- Who ever worked, by the number that stands for an incarnation in rows.
CREATE TABLE reproq.worker_name (
  number      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incarnation uuid    NOT NULL UNIQUE,
  worker_id   text    NOT NULL
);

-- Every place knows: the version (grows by one at every transition); the attempts made so far that
-- count; when the last one started, and when the first one did where that was earlier; and the
-- numbers of the workers of the earlier ones, oldest first. Those of tasks that are not over also know
-- whether the task is tied: something beside its rank decides when it starts, or others wait for its
-- end. Null where not, as with most.

-- Can be claimed now, the smallest rank first.
CREATE TABLE reproq.ready (
  result_id         bigint      NOT NULL PRIMARY KEY,
  rank              bigint      NOT NULL,
  version           integer     NOT NULL CHECK (version >= 1),
  attempts          integer     NOT NULL CHECK (attempts >= 0),
  queue_name        text        NOT NULL CHECK (queue_name <> ''),
  task_path         text        NOT NULL CHECK (task_path <> ''),
  started_at        timestamptz,
  last_attempted_at timestamptz,
  workers           integer[],
  is_tied           boolean
);
CREATE INDEX ready_rank ON reproq.ready (queue_name, rank, result_id);

-- Becomes ready at run_after.
CREATE TABLE reproq.deferred (
  result_id         bigint      NOT NULL PRIMARY KEY,
  rank              bigint      NOT NULL,
  run_after         timestamptz NOT NULL,
  version           integer     NOT NULL CHECK (version >= 1),
  attempts          integer     NOT NULL CHECK (attempts >= 0),
  queue_name        text        NOT NULL CHECK (queue_name <> ''),
  task_path         text        NOT NULL CHECK (task_path <> ''),
  started_at        timestamptz,
  last_attempted_at timestamptz,
  workers           integer[],
  is_tied           boolean
);
CREATE INDEX deferred_due ON reproq.deferred (run_after, result_id);

-- Blocked by what parked_key names; `path:…` waits for a worker that handles the path. Keys are
-- compared byte by byte, so that those with one prefix lie together in every language.
CREATE TABLE reproq.parked (
  result_id         bigint      NOT NULL PRIMARY KEY,
  rank              bigint      NOT NULL,
  version           integer     NOT NULL CHECK (version >= 1),
  attempts          integer     NOT NULL CHECK (attempts >= 0),
  queue_name        text        NOT NULL CHECK (queue_name <> ''),
  task_path         text        NOT NULL CHECK (task_path <> ''),
  started_at        timestamptz,
  last_attempted_at timestamptz,
  workers           integer[],
  is_tied           boolean,
  parked_key        text        COLLATE "C" NOT NULL CHECK (parked_key <> '')
);
CREATE INDEX parked_by_key ON reproq.parked (parked_key, queue_name, rank, result_id);

-- Has predecessors that are not finished.
CREATE TABLE reproq.waiting (
  result_id         bigint      NOT NULL PRIMARY KEY,
  rank              bigint      NOT NULL,
  version           integer     NOT NULL CHECK (version >= 1),
  attempts          integer     NOT NULL CHECK (attempts = 0),
  wait_count        integer     NOT NULL CHECK (wait_count >= 1),
  queue_name        text        NOT NULL CHECK (queue_name <> ''),
  task_path         text        NOT NULL CHECK (task_path <> ''),
  started_at        timestamptz,
  last_attempted_at timestamptz,
  workers           integer[],
  is_tied           boolean
);

-- An attempt is under way: attempt number `attempts`, under the claim that may end it, which is the
-- worker and its claim_number. There are few, so that what one worker holds is found without an
-- index; and nobody updates them, so that a row seen is the row that is there.
CREATE TABLE reproq.running (
  result_id         bigint      NOT NULL PRIMARY KEY,
  claim_number      bigint      NOT NULL,
  last_attempted_at timestamptz NOT NULL,
  worker            integer     NOT NULL,
  version           integer     NOT NULL CHECK (version >= 2),
  attempts          integer     NOT NULL CHECK (attempts >= 1),
  queue_name        text        NOT NULL,
  task_path         text        NOT NULL,
  started_at        timestamptz,
  workers           integer[],
  is_tied           boolean
);

-- Over, in partitions with the ranges of task's. Only a settled attempt leaves its claim_number, so
-- that a settlement sent again is known.
CREATE TABLE reproq.finished (
  result_id         bigint      NOT NULL PRIMARY KEY,
  finished_at       timestamptz NOT NULL,
  last_attempted_at timestamptz,
  claim_number      bigint,
  worker            integer,
  version           integer     NOT NULL CHECK (version >= 2),
  attempts          integer     NOT NULL CHECK (attempts >= 0),
  status            text        NOT NULL CHECK (status IN ('SUCCESSFUL', 'FAILED', 'CANCELLED')),
  queue_name        text        NOT NULL,
  task_path         text        NOT NULL,
  return_json       json,
  last_error        text,
  started_at        timestamptz,
  workers           integer[],
  CHECK (worker IS NOT NULL OR claim_number IS NULL),
  CHECK (status = 'SUCCESSFUL' OR return_json IS NULL),
  CHECK (status <> 'SUCCESSFUL' OR (last_error IS NULL AND last_attempted_at IS NOT NULL))
) PARTITION BY RANGE (result_id);
CREATE INDEX finished_bad ON reproq.finished (status, result_id) WHERE status <> 'SUCCESSFUL';
-- The newest failures come first to who looks after them.
CREATE INDEX finished_failed_at ON reproq.finished (finished_at, result_id) WHERE status = 'FAILED';
CREATE INDEX finished_path ON reproq.finished (task_path, result_id);

-- All that went wrong, in the order of failure_id: at what time, and when that attempt had started.
-- What another system has told beyond these columns
-- is in more, and stands above them.
CREATE TABLE reproq.failure (
  failure_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  result_id       bigint      NOT NULL,
  attempt         integer     NOT NULL CHECK (attempt >= 0),
  kind            text        NOT NULL,
  exception_class text,
  message         text        NOT NULL,
  traceback       text,
  at              timestamptz NOT NULL,
  started_at      timestamptz,
  worker_id       text,
  more            jsonb
);
CREATE INDEX failure_task ON reproq.failure (result_id, failure_id);

-- What hangs on a task and does not matter to running it, where there is anything.
CREATE TABLE reproq.attachment (
  result_id     bigint NOT NULL PRIMARY KEY,
  metadata_json jsonb,
  logs_uri      text,
  artifacts_uri text
);

-- Tasks that somebody wants stopped. A request may be there before its task is seen to run.
CREATE TABLE reproq.cancel_request (
  result_id    bigint      NOT NULL PRIMARY KEY,
  requested_at timestamptz NOT NULL
);

-- The unfinished task that stands for a spec where duplicates are refused.
CREATE TABLE reproq.active_hash (
  spec_hash bytea  NOT NULL PRIMARY KEY,
  result_id bigint NOT NULL UNIQUE
);

-- Idempotency keys of callers.
CREATE TABLE reproq.task_key (
  key          text   NOT NULL PRIMARY KEY,
  result_id    bigint NOT NULL,
  request_hash text   NOT NULL
);
CREATE INDEX task_key_task ON reproq.task_key (result_id);

-- How many tasks there are: the sum of all rows, exact at every commit. Rows are only appended,
-- because a counter that is updated makes everybody wait for everybody; now and then somebody puts
-- many rows into one.
CREATE TABLE reproq.counter_delta (
  queue_name text   NOT NULL,
  status     text   NOT NULL,
  change     bigint NOT NULL
);

-- Running processes; dead never goes back. lock_key names the advisory lock that ends with the
-- process, server_started the start of the server that keeps it: locks end with that too. Null
-- where the lock is not the process's own, as behind a pooler. Spans are microseconds.
CREATE TABLE reproq.worker (
  incarnation    uuid        NOT NULL PRIMARY KEY,
  number         integer     NOT NULL UNIQUE,
  worker_id      text        NOT NULL,
  hostname       text        NOT NULL,
  concurrency    integer     NOT NULL,
  queues         text[]      NOT NULL,
  handles        text[]      NOT NULL,
  lease          bigint      NOT NULL,
  heartbeat      bigint      NOT NULL,
  version        text        NOT NULL,
  lock_key       bigint      NOT NULL,
  server_started timestamptz,
  started_at     timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL,
  leased_until   timestamptz NOT NULL,
  beat           bigint      NOT NULL,
  dead           boolean     NOT NULL DEFAULT false
);

-- Settings of the whole database. aging_ms: what one step of priority is worth in milliseconds of
-- waiting; 0 means that a higher priority always wins. partition_size: how many ids one partition
-- holds.
CREATE TABLE reproq.setting (
  name  text NOT NULL PRIMARY KEY,
  value text NOT NULL
);
INSERT INTO reproq.setting (name, value) VALUES ('aging_ms', '60000'), ('partition_size', '10000000');

-- What orders a queue. Within one step of strict priority there is room for times until the year
-- 2527 in milliseconds.
CREATE FUNCTION reproq.rank_of(priority integer, enqueued_at timestamptz, aging_ms bigint)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT floor(extract(epoch FROM enqueued_at) * 1000)::bigint - CASE aging_ms
  WHEN 0 THEN greatest(-262144, least(262144, priority))::bigint * 17592186044416
  ELSE priority * aging_ms END';

-- Whether a task has a key, an end of its time to start, or a workflow; null when it has none.
CREATE FUNCTION reproq.is_tied(lock_key text, concurrency_key text, concurrency_limit integer,
  expires_at timestamptz, workflow_id uuid)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT CASE WHEN lock_key IS NOT NULL OR (concurrency_key <> '''' AND concurrency_limit > 0)
  OR expires_at IS NOT NULL OR workflow_id IS NOT NULL THEN true END';

-- Tables that are emptied as fast as they are filled: dead rows at the head of an index make every
-- claim slower, so they are cleaned early and without pauses.
ALTER TABLE reproq.ready SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE reproq.deferred SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE reproq.parked SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE reproq.running SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE reproq.active_hash SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE reproq.counter_delta SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- The partitions of task, low included, high not; finished has the same.
CREATE VIEW reproq.task_range AS
SELECT c.relname::text AS task_table, replace(c.relname, 'task_', 'finished_') AS finished_table,
  substring(b.bound FROM 'FROM \(''(\d+)''\)')::bigint AS low,
  substring(b.bound FROM 'TO \(''(\d+)''\)')::bigint AS high
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid)) AS b (bound)
WHERE i.inhparent = 'reproq.task'::regclass AND b.bound <> 'DEFAULT';

-- Makes partitions so that there is room for as many ids more as one holds, and returns how many it
-- made. An id without one falls into the default partition, which is the net below and should
-- stay empty. Attaching waits for statements under way on the default one, so callers set a
-- lock_timeout and come again.
CREATE FUNCTION reproq.add_partitions() RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  size bigint := (SELECT value FROM reproq.setting WHERE name = 'partition_size');
  here bigint := (SELECT last_value FROM reproq.task_id);
  low  bigint;
  part text;
  base text;
  made integer := 0;
BEGIN
  IF (SELECT max(r.high) FROM reproq.task_range r) >= here + size THEN
    RETURN 0;
  END IF;
  PERFORM pg_advisory_xact_lock(8245934029157319282);
  SELECT greatest(here / size * size, (SELECT max(r.high) FROM reproq.task_range r),
    ((SELECT max(d.result_id) FROM reproq.task_default d) / size + 1) * size) INTO low;
  WHILE low < here + size LOOP
    FOREACH base IN ARRAY ARRAY['task', 'finished'] LOOP
      part := base || '_' || lpad(low::text, greatest(12, length(low::text)), '0');
      EXECUTE format('CREATE TABLE reproq.%I (LIKE reproq.%I INCLUDING ALL)', part, base);
      EXECUTE format('ALTER TABLE reproq.%I ATTACH PARTITION reproq.%I FOR VALUES FROM (%s) TO (%s)',
        base, part, low, low + size);
    END LOOP;
    low := low + size;
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
CREATE TABLE reproq.task_default PARTITION OF reproq.task DEFAULT;
CREATE TABLE reproq.finished_default PARTITION OF reproq.finished DEFAULT;
DO 'BEGIN PERFORM reproq.add_partitions(); END';

-- Every task with its place, as the engine reads it.
--
-- The branches are bare tables and the join stands outside: a join in a branch loses the order by
-- result_id, and without `+ 0` the planner merge-joins all of task.
CREATE VIEW reproq.task_place AS
SELECT p.result_id, p.place, p.status, p.version, p.queue_name, p.task_path, p.attempts,
  coalesce(p.started_at, p.last_attempted_at) AS started_at, p.last_attempted_at,
  ARRAY(SELECT n.worker_id FROM unnest(p.workers || p.worker) WITH ORDINALITY AS u (number, ord)
    JOIN reproq.worker_name n ON n.number = u.number ORDER BY u.ord) AS worker_ids,
  p.run_after, p.parked_key, p.wait_count,
  CASE p.place WHEN 'running' THEN
    (SELECT n.worker_id FROM reproq.worker_name n WHERE n.number = p.worker) END AS leased_by,
  CASE p.place WHEN 'running' THEN
    (SELECT w.leased_until FROM reproq.worker w WHERE w.number = p.worker) END AS leased_until,
  p.finished_at, p.return_json, p.last_error,
  p.place = 'running' AND EXISTS (
    SELECT FROM reproq.cancel_request c WHERE c.result_id = p.result_id) AS cancel_requested,
  t.priority, t.spec_json,
  coalesce(t.spec_hash, sha256(convert_to(t.spec_json::text, 'UTF8'))) AS spec_hash,
  t.max_attempts, t.timeout_seconds, t.lock_key, t.concurrency_key, t.concurrency_limit, t.headers,
  t.enqueued_at, coalesce(t.backend_alias, 'default') AS backend_alias, t.parent_id, t.workflow_id,
  t.expires_at
FROM (
  SELECT result_id, 'ready'::text AS place, 'READY'::text AS status, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, NULL::integer AS worker, NULL::timestamptz AS run_after, NULL::text AS parked_key,
    0 AS wait_count, NULL::timestamptz AS finished_at, NULL::json AS return_json, NULL::text AS last_error
  FROM reproq.ready
  UNION ALL
  SELECT result_id, 'deferred'::text, 'READY'::text, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, NULL::integer, run_after, NULL::text, 0, NULL::timestamptz, NULL::json, NULL::text
  FROM reproq.deferred
  UNION ALL
  SELECT result_id, 'parked'::text, 'READY'::text, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, NULL::integer, NULL::timestamptz, parked_key COLLATE "default", 0, NULL::timestamptz,
    NULL::json, NULL::text
  FROM reproq.parked
  UNION ALL
  SELECT result_id, 'waiting'::text, 'WAITING'::text, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, NULL::integer, NULL::timestamptz, NULL::text, wait_count, NULL::timestamptz, NULL::json,
    NULL::text
  FROM reproq.waiting
  UNION ALL
  SELECT result_id, 'running'::text, 'RUNNING'::text, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, worker, NULL::timestamptz, NULL::text, 0, NULL::timestamptz, NULL::json, NULL::text
  FROM reproq.running
  UNION ALL
  SELECT result_id, 'finished'::text, status, version, queue_name, task_path, attempts, started_at,
    last_attempted_at, workers, worker, NULL::timestamptz, NULL::text, 0, finished_at, return_json, last_error
  FROM reproq.finished
) p JOIN reproq.task t ON t.result_id = p.result_id + 0;
