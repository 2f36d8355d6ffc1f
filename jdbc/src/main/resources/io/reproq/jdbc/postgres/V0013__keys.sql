-- Keys, of which only so many tasks run at a time, and tasks whose time to start runs out.
--
-- Old workers: must be stopped before; they heed no key, and start what is expired.
-- Lock: none that matters; only new tables and functions.
--
-- ## Who waits for whom
--
-- Keys are locked by advisory locks of the transaction, in ascending order, and all that is looked at
-- under them is looked at by later statements: a VOLATILE function gives each of its statements a
-- look of its own. Rows of places are locked before keys, by a claim with SKIP LOCKED, by all others
-- in the order of ids. Who holds a key waits for no row of a place any more: parked tasks are taken
-- with SKIP LOCKED, and cancelling or expiring tasks leaves keys to a transaction of their own. So
-- there is no circle: worker, then places, then workflows, then keys, then nothing. All ends with the transaction,
-- a deadlock with what else a caller does in it included.
--
-- What is freed is seen by whoever gets the lock next, and what was parked before is seen by whoever
-- frees: one of the two comes first. A key that nobody holds, and nobody waits for, leaves no row.

-- Who holds a key: a task, as long as its attempt runs.
CREATE TABLE reproq.key_holder (
  result_id bigint NOT NULL,
  key       text   COLLATE "C" NOT NULL,
  PRIMARY KEY (result_id, key)
);
CREATE INDEX key_holder_key ON reproq.key_holder (key);
ALTER TABLE reproq.key_holder SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Tasks that must not start from expires_at on. One that is over may stand here until then: a failed
-- one may be retried.
CREATE TABLE reproq.expiry (
  result_id  bigint      NOT NULL PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
CREATE INDEX expiry_due ON reproq.expiry (expires_at, result_id);
INSERT INTO reproq.expiry (result_id, expires_at)
SELECT t.result_id, t.expires_at FROM reproq.task t
WHERE t.expires_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM reproq.finished f WHERE f.result_id = t.result_id);

-- The keys that the tasks `ids` need, each once, in ascending order.
CREATE FUNCTION reproq.keys_of(ids bigint[]) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT ARRAY(
    SELECT DISTINCT k.key COLLATE "C" FROM unnest(ids) u (id)
    CROSS JOIN LATERAL (
      SELECT t.lock_key, t.concurrency_key, t.concurrency_limit
      FROM reproq.task t WHERE t.result_id = u.id OFFSET 0) t
    CROSS JOIN LATERAL (VALUES ('lock:' || t.lock_key),
      ('slot:' || CASE WHEN t.concurrency_limit > 0 THEN nullif(t.concurrency_key, '') END)) k (key)
    WHERE k.key IS NOT NULL ORDER BY 1)
$$;

-- The tasks that come first of those parked under `key`, which `held` tasks hold: as many as the first
-- of them leaves room for, and that one in any case. Paused queues are passed over.
CREATE FUNCTION reproq.first_parked(key text, held integer)
RETURNS TABLE (result_id bigint, rank bigint, room integer)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE step (queue_name) AS (
    SELECT min(p.queue_name) FROM reproq.parked p WHERE p.parked_key = first_parked.key COLLATE "C"
    UNION ALL
    SELECT (SELECT min(p.queue_name) FROM reproq.parked p
      WHERE p.parked_key = first_parked.key COLLATE "C" AND p.queue_name > s.queue_name)
    FROM step s WHERE s.queue_name IS NOT NULL
  ),
  queue AS MATERIALIZED (
    SELECT s.queue_name FROM step s
    WHERE s.queue_name IS NOT NULL AND NOT EXISTS (
      SELECT FROM reproq.queue_control c WHERE c.queue_name IN (s.queue_name, '*') AND c.paused)
  ),
  head AS MATERIALIZED (
    SELECT greatest(1, least(1000, CASE WHEN first_parked.key < 'slot:' COLLATE "C" THEN 1
      ELSE (SELECT t.concurrency_limit FROM reproq.task t WHERE t.result_id = p.result_id)
      END - held)) AS most
    FROM queue q CROSS JOIN LATERAL (
      SELECT p.rank, p.result_id FROM reproq.parked p
      WHERE p.parked_key = first_parked.key COLLATE "C" AND p.queue_name = q.queue_name
      ORDER BY p.rank, p.result_id LIMIT 1) p
    ORDER BY p.rank, p.result_id LIMIT 1
  )
  SELECT p.result_id, p.rank, CASE WHEN first_parked.key < 'slot:' COLLATE "C" THEN 1
    ELSE (SELECT t.concurrency_limit FROM reproq.task t WHERE t.result_id = p.result_id) END
  FROM head h CROSS JOIN queue q CROSS JOIN LATERAL (
    SELECT p.rank, p.result_id FROM reproq.parked p
    WHERE p.parked_key = first_parked.key COLLATE "C" AND p.queue_name = q.queue_name
    ORDER BY p.rank, p.result_id LIMIT h.most) p
  ORDER BY p.rank, p.result_id LIMIT (SELECT most FROM head)
$$;

-- Locks `keys`, and shares out what is free of them in the order of ranks, between the tasks `ids`,
-- which a claim is about to take, and those that are parked. What it answers: EXPIRED; the key that
-- keeps it, for one that has to be parked; PROMOTED, for one that was parked and is ready now, with
-- its old rank and nothing kept for it. The others of `ids` hold all their keys now, but for those
-- that are not `mine`: they leave ready for want of a handler, and hold nothing.
--
-- Where somebody finds no room, nobody that comes later gets any: first come, first served.
CREATE FUNCTION reproq.share_keys(keys text[], ids bigint[], ranks bigint[], mine boolean[],
  given timestamptz)
RETURNS TABLE (result_id bigint, verdict text)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  shut     boolean[] := array_fill(false, ARRAY[cardinality(keys)]);
  holders  bigint[]  := '{}';
  holds    text[]    := '{}';
  promoted bigint[]  := '{}';
  wanted   text[];
  held     integer[];
  -- Where each key stands in `keys`: looked up, because to join lists of a thousand the planner,
  -- who takes them for short, compares everything with everything.
  place    jsonb;
  busy     integer;
  one      record;
BEGIN
  -- Many keys share a lock, so that no claim fills the server's table of locks.
  PERFORM pg_advisory_xact_lock(1919250545, b.bucket)
  FROM (SELECT DISTINCT hashtext(k) & 1023 AS bucket FROM unnest(keys) k ORDER BY 1 OFFSET 0) b;
  wanted := ARRAY(SELECT k FROM unnest(keys) k
    WHERE EXISTS (SELECT FROM reproq.parked p WHERE p.parked_key = k COLLATE "C"));
  IF ids = '{}' AND wanted = '{}' THEN
    RETURN;
  END IF;
  held := ARRAY(
    SELECT (SELECT count(*) FROM reproq.key_holder h WHERE h.key = k.key COLLATE "C")::integer
    FROM unnest(keys) WITH ORDINALITY k (key, ord) ORDER BY k.ord);
  given := coalesce(given, clock_timestamp());
  place := (SELECT jsonb_object_agg(k.key, k.ord)
    FROM unnest(keys) WITH ORDINALITY k (key, ord));
  FOR one IN
    SELECT u.result_id, u.rank, u.is_mine, false AS is_parked,
      coalesce(t.expires_at <= given, false) AS is_expired,
      (place ->> ('lock:' || t.lock_key))::integer AS lock_at, 1 AS lock_room,
      CASE WHEN t.concurrency_limit > 0
        THEN (place ->> ('slot:' || t.concurrency_key))::integer END AS slot_at,
      t.concurrency_limit AS slot_room
    FROM unnest(ids, ranks, mine) u (result_id, rank, is_mine)
    -- One by one, by index, whatever the planner thinks of the table's size.
    LEFT JOIN LATERAL (
      SELECT t.lock_key, t.concurrency_key, t.concurrency_limit, t.expires_at
      FROM reproq.task t WHERE t.result_id = u.result_id OFFSET 0) t ON true
    UNION ALL
    SELECT p.result_id, p.rank, false, true, false, w.at, p.room, NULL, NULL
    FROM (SELECT k.key, (place ->> k.key)::integer AS at FROM unnest(wanted) k (key)) w
    CROSS JOIN LATERAL reproq.first_parked(w.key, held[w.at]) p
    ORDER BY 2, 1
  LOOP
    busy := CASE WHEN shut[one.lock_at] OR held[one.lock_at] >= one.lock_room THEN one.lock_at
      WHEN shut[one.slot_at] OR held[one.slot_at] >= one.slot_room THEN one.slot_at END;
    result_id := one.result_id;
    IF one.is_expired THEN
      verdict := 'EXPIRED';
      RETURN NEXT;
    ELSIF NOT (one.is_mine OR one.is_parked) THEN
      NULL;
    ELSIF busy IS NOT NULL THEN
      shut[busy] := true;
      IF one.is_mine THEN
        verdict := keys[busy];
        RETURN NEXT;
      END IF;
    ELSE
      IF one.is_parked THEN
        promoted := promoted || one.result_id;
      END IF;
      FOREACH busy IN ARRAY ARRAY[one.lock_at, one.slot_at] LOOP
        IF busy IS NOT NULL THEN
          held[busy] := held[busy] + 1;
          IF one.is_mine THEN
            holders := holders || one.result_id;
            holds := holds || keys[busy];
          END IF;
        END IF;
      END LOOP;
    END IF;
  END LOOP;
  IF holders <> '{}' THEN
    INSERT INTO reproq.key_holder (result_id, key)
    SELECT u.holder, u.key FROM unnest(holders, holds) u (holder, key);
  END IF;
  IF promoted <> '{}' THEN
    RETURN QUERY
    WITH gone AS (
      DELETE FROM reproq.parked p WHERE p.ctid = ANY (ARRAY(
        SELECT c.ctid FROM unnest(promoted) u (id) JOIN reproq.parked c ON c.result_id = u.id
        ORDER BY c.result_id FOR UPDATE OF c SKIP LOCKED))
      RETURNING p.*
    )
    INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
      last_attempted_at, workers, is_tied)
    SELECT g.result_id, g.rank, g.version + 1, g.attempts, g.queue_name, g.task_path, g.started_at,
      g.last_attempted_at, g.workers, g.is_tied
    FROM gone g
    RETURNING result_id, 'PROMOTED';
  END IF;
END $$;

-- The verdicts on tasks that a claim has locked and is about to take.
CREATE FUNCTION reproq.take_keys(ids bigint[], ranks bigint[], mine boolean[], given timestamptz)
RETURNS TABLE (result_id bigint, verdict text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN QUERY SELECT * FROM reproq.share_keys(reproq.keys_of(ids), ids, ranks, mine, given);
END $$;

-- Takes their keys from the tasks `ids`, whose attempts have ended, and forgets when those of them
-- would expire that are `over` for good. How many parked tasks are ready for it.
CREATE FUNCTION reproq.free_keys(ids bigint[], over bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  keys text[];
BEGIN
  DELETE FROM reproq.expiry e WHERE e.result_id = ANY (over);
  WITH gone AS (
    DELETE FROM reproq.key_holder h WHERE h.result_id = ANY (ids) RETURNING h.key
  )
  SELECT array_agg(DISTINCT g.key ORDER BY g.key) INTO keys FROM gone g;
  RETURN CASE WHEN keys IS NULL THEN 0
    ELSE (SELECT count(*) FROM reproq.share_keys(keys, '{}', '{}', '{}', NULL)) END;
END $$;

-- Lets others have the keys that the tasks `ids` were promoted for and never took. How many are
-- ready for it.
CREATE FUNCTION reproq.pass_keys(ids bigint[]) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (SELECT count(*) FROM reproq.share_keys(reproq.keys_of(ids), '{}', '{}', '{}', NULL));
END $$;

-- Up to `most` keys between two others that tasks are parked under, each found by one step into the
-- index.
CREATE FUNCTION reproq.parked_keys(low text, high text, most integer) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT ARRAY(
    WITH RECURSIVE step (key) AS (
      SELECT min(p.parked_key) FROM reproq.parked p
      WHERE p.parked_key > low COLLATE "C" AND p.parked_key < high COLLATE "C"
      UNION ALL
      SELECT (SELECT min(p.parked_key) FROM reproq.parked p
        WHERE p.parked_key > s.key AND p.parked_key < high COLLATE "C")
      FROM step s WHERE s.key IS NOT NULL
    )
    SELECT s.key FROM step s WHERE s.key IS NOT NULL LIMIT most)
$$;

-- Promotes for keys that are free and have parked tasks all the same, `most` keys after `after` at a
-- time: what was promoted for them was cancelled with plain SQL, is never claimed, or was in a paused
-- queue. Looks before it locks. What it answers is where the next look begins.
CREATE FUNCTION reproq.sweep_keys(after text, most integer)
RETURNS TABLE (last_key text, promoted integer)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  seen text[] := reproq.parked_keys(greatest(after COLLATE "C", 'lock'), 'lock;', most);
  free text[];
BEGIN
  seen := seen || reproq.parked_keys(greatest(after COLLATE "C", 'slot'), 'slot;',
    most - cardinality(seen));
  free := ARRAY(
    SELECT k.key FROM unnest(seen) k (key) CROSS JOIN LATERAL (
      SELECT count(*)::integer AS held FROM reproq.key_holder h
      WHERE h.key = k.key COLLATE "C") h
    WHERE (k.key COLLATE "C" >= 'slot:' OR h.held = 0) AND EXISTS (
      SELECT FROM reproq.first_parked(k.key, h.held) p WHERE p.room > h.held));
  last_key := CASE WHEN cardinality(seen) < most THEN '' ELSE seen[cardinality(seen)] END;
  promoted := CASE WHEN free = '{}' THEN 0
    ELSE (SELECT count(*) FROM reproq.share_keys(free, '{}', '{}', '{}', NULL)) END;
  RETURN NEXT;
END $$;
