-- The least that must be written about a task, in place tables of the same shape as the store's: no
-- fences, counters, hashes, workers or cancel requests.

-- name: schema
CREATE SCHEMA raw;
CREATE SEQUENCE raw.task_id;
CREATE TABLE raw.task (
  result_id   bigint      NOT NULL PRIMARY KEY,
  task_path   text        NOT NULL,
  queue_name  text        NOT NULL,
  spec_json   json        NOT NULL,
  enqueued_at timestamptz NOT NULL
);
CREATE TABLE raw.ready (
  result_id  bigint  NOT NULL PRIMARY KEY,
  rank       bigint  NOT NULL,
  attempts   integer NOT NULL,
  queue_name text    NOT NULL
);
CREATE INDEX ready_rank ON raw.ready (queue_name, rank, result_id);
CREATE TABLE raw.running (
  result_id    bigint      NOT NULL PRIMARY KEY,
  attempts     integer     NOT NULL,
  claim_number bigint      NOT NULL,
  started_at   timestamptz NOT NULL
);
CREATE TABLE raw.finished (
  result_id   bigint      NOT NULL PRIMARY KEY,
  attempts    integer     NOT NULL,
  status      text        NOT NULL,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  return_json json
);
CREATE TABLE raw.active_hash (
  hash      uuid   NOT NULL PRIMARY KEY,
  result_id bigint NOT NULL UNIQUE
);
CREATE TABLE raw.note (id bigint NOT NULL);
ALTER TABLE raw.ready SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE raw.running SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE raw.active_hash SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)

-- name: insert
WITH made AS (
  INSERT INTO raw.task (result_id, task_path, queue_name, spec_json, enqueued_at)
  SELECT nextval('raw.task_id'), 'bench.number', 'default', u.spec::json, clock_timestamp()
  FROM unnest(:specs::text[]) AS u (spec)
  RETURNING result_id, queue_name, enqueued_at
)
INSERT INTO raw.ready (result_id, rank, attempts, queue_name)
SELECT result_id, floor(extract(epoch FROM enqueued_at) * 1000)::bigint, 0, queue_name FROM made

-- name: insert_unique
WITH sent AS MATERIALIZED (
  SELECT nextval('raw.task_id') AS result_id, u.spec, u.hash
  FROM unnest(:specs::text[], :hashes::uuid[]) AS u (spec, hash)
),
marked AS (
  INSERT INTO raw.active_hash (hash, result_id) SELECT hash, result_id FROM sent ORDER BY hash
  ON CONFLICT DO NOTHING
  RETURNING result_id
),
made AS (
  INSERT INTO raw.task (result_id, task_path, queue_name, spec_json, enqueued_at)
  SELECT s.result_id, 'bench.number', 'default', s.spec::json, clock_timestamp()
  FROM sent s JOIN marked m ON m.result_id = s.result_id
  RETURNING result_id, queue_name, enqueued_at
)
INSERT INTO raw.ready (result_id, rank, attempts, queue_name)
SELECT result_id, floor(extract(epoch FROM enqueued_at) * 1000)::bigint, 0, queue_name FROM made

-- name: claim
WITH taken AS (
  DELETE FROM raw.ready WHERE result_id = ANY (ARRAY(
    SELECT result_id FROM raw.ready WHERE queue_name = 'default'
    ORDER BY rank, result_id LIMIT :limit::integer FOR UPDATE SKIP LOCKED))
  RETURNING result_id, attempts
),
into_running AS (
  INSERT INTO raw.running (result_id, attempts, claim_number, started_at)
  SELECT result_id, attempts + 1, 1, clock_timestamp() FROM taken
)
SELECT t.result_id,
  (SELECT k.spec_json FROM raw.task k WHERE k.result_id = t.result_id) AS spec_json
FROM taken t

-- name: settle
WITH gone AS (
  DELETE FROM raw.running WHERE result_id = ANY (:ids::bigint[])
  RETURNING result_id, attempts, started_at
)
INSERT INTO raw.finished (result_id, attempts, status, started_at, finished_at, return_json)
SELECT result_id, attempts, 'SUCCESSFUL', started_at, clock_timestamp(), 'null' FROM gone

-- name: settle_unique
WITH gone AS (
  DELETE FROM raw.running WHERE result_id = ANY (:ids::bigint[])
  RETURNING result_id, attempts, started_at
),
unmarked AS (
  DELETE FROM raw.active_hash WHERE result_id = ANY (:ids::bigint[])
)
INSERT INTO raw.finished (result_id, attempts, status, started_at, finished_at, return_json)
SELECT result_id, attempts, 'SUCCESSFUL', started_at, clock_timestamp(), 'null' FROM gone

-- name: note
INSERT INTO raw.note (id) VALUES (1)

-- name: hurry
SET synchronous_commit = off

-- name: listen
LISTEN raw_work

-- name: tell
SELECT pg_notify('raw_work', '') IS NULL AS is_told
