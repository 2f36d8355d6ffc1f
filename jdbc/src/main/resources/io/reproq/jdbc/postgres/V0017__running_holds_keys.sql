-- Who holds a key is the running row itself.
--
-- Old workers: must be stopped before; neither their claims nor their settlements work any more, and
-- what they still hold is taken back from them as from dead ones.
-- Lock: running, exclusively, for as long as it takes to write what runs right now: milliseconds.
--
-- ## Who waits for whom
--
-- Only claims lock keys: by advisory locks of the transaction, in ascending order, after the rows of
-- places. What is looked at under them is looked at by later statements, so a claim sees every holder
-- that an earlier claim has made. Who ends an attempt locks no key: its row is gone when it commits,
-- and a claim that does not see that yet parks a task too many, no more.
--
-- So that nobody is parked for ever, both look again in a transaction of their own after they have
-- committed: who ended attempts, for what is parked under their keys, and a claim, for what is free
-- of the keys under which it parked something. Whichever of the two looks last sees both. Who does
-- not come to that look is made up for by the sweep. Moving a parked task to ready takes no key, so
-- that needs no lock either: parked rows are taken with SKIP LOCKED.

ALTER TABLE reproq.running
  ADD COLUMN lock_key text COLLATE "C",
  ADD COLUMN slot_key text COLLATE "C";
UPDATE reproq.running r SET lock_key = h.lock_key, slot_key = h.slot_key
FROM (
  SELECT result_id, max(substr(key, 6)) FILTER (WHERE key < 'slot:') AS lock_key,
    max(substr(key, 6)) FILTER (WHERE key >= 'slot:') AS slot_key
  FROM reproq.key_holder GROUP BY result_id) h
WHERE h.result_id = r.result_id;
CREATE INDEX running_lock ON reproq.running (lock_key) WHERE lock_key IS NOT NULL;
CREATE INDEX running_slot ON reproq.running (slot_key) WHERE slot_key IS NOT NULL;

DROP FUNCTION reproq.free_keys(bigint[], bigint[]);
DROP FUNCTION reproq.pass_keys(bigint[]);
DROP FUNCTION reproq.take_keys(bigint[], bigint[], boolean[], timestamptz);
DROP FUNCTION reproq.share_keys(text[], bigint[], bigint[], boolean[], timestamptz);
DROP FUNCTION reproq.take_tokens(bigint[], text[], text[], boolean[], timestamptz);
DROP TABLE reproq.key_holder;

-- How many tasks hold `key`.
CREATE FUNCTION reproq.holders(key text) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF key < 'slot:' COLLATE "C" THEN
    RETURN (SELECT count(*) FROM reproq.running r WHERE r.lock_key = substr(key, 6) COLLATE "C");
  END IF;
  RETURN (SELECT count(*) FROM reproq.running r WHERE r.slot_key = substr(key, 6) COLLATE "C");
END $$;

-- Whether tasks are parked under any lock or slot.
CREATE FUNCTION reproq.is_crowded() RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
      SELECT FROM reproq.parked p WHERE p.parked_key >= 'lock:' AND p.parked_key < 'lock;' OFFSET 0)
    OR EXISTS (
      SELECT FROM reproq.parked p WHERE p.parked_key >= 'slot:' AND p.parked_key < 'slot;' OFFSET 0)
$$;

-- Shares out what is free of `keys` in the order of ranks, between the tasks `ids`, which a claim is
-- about to take, and those that are parked. Verdicts as of take_keys.
--
-- Where somebody finds no room, nobody that comes later gets any: first come, first served. Tasks that
-- are not `mine` leave ready for want of a handler, and hold nothing.
CREATE FUNCTION reproq.share_keys(keys text[], ids bigint[], ranks bigint[], mine boolean[],
  locks text[], slots text[], rooms integer[])
RETURNS TABLE (result_id bigint, verdict text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  shut boolean[] := array_fill(false, ARRAY[cardinality(keys)]);
  held integer[] := ARRAY(
    SELECT reproq.holders(k.key) FROM unnest(keys) WITH ORDINALITY k (key, ord) ORDER BY k.ord);
  -- Where each key stands in `keys`: looked up, because to join lists of a thousand the planner,
  -- who takes them for short, compares everything with everything.
  place jsonb := (SELECT jsonb_object_agg(k.key, k.ord)
    FROM unnest(keys) WITH ORDINALITY k (key, ord));
  busy integer;
  one  record;
BEGIN
  FOR one IN
    SELECT u.result_id, u.rank, u.is_mine, false AS is_parked,
      (place ->> ('lock:' || u.lock_key))::integer AS lock_at, 1 AS lock_room,
      (place ->> ('slot:' || u.slot_key))::integer AS slot_at, u.slot_room
    FROM unnest(ids, ranks, mine, locks, slots, rooms)
      u (result_id, rank, is_mine, lock_key, slot_key, slot_room)
    UNION ALL
    SELECT p.result_id, p.rank, false, true, w.at, p.room, NULL, NULL
    FROM unnest(keys) WITH ORDINALITY w (key, at)
    CROSS JOIN LATERAL reproq.first_parked(w.key, held[w.at]) p
    WHERE EXISTS (SELECT FROM reproq.parked p WHERE p.parked_key = w.key COLLATE "C" OFFSET 0)
    ORDER BY 2, 1
  LOOP
    busy := CASE WHEN shut[one.lock_at] OR held[one.lock_at] >= one.lock_room THEN one.lock_at
      WHEN shut[one.slot_at] OR held[one.slot_at] >= one.slot_room THEN one.slot_at END;
    IF one.is_parked THEN
      result_id := NULL;
      verdict := keys[one.lock_at];
      RETURN NEXT;
    ELSIF NOT one.is_mine THEN
      CONTINUE;
    ELSIF busy IS NOT NULL THEN
      result_id := one.result_id;
      verdict := keys[busy];
      RETURN NEXT;
    END IF;
    IF busy IS NOT NULL THEN
      shut[busy] := true;
      CONTINUE;
    END IF;
    FOREACH busy IN ARRAY ARRAY[one.lock_at, one.slot_at] LOOP
      IF busy IS NOT NULL THEN
        held[busy] := held[busy] + 1;
      END IF;
    END LOOP;
  END LOOP;
END $$;

-- The keys among those that a claim asks for that may not be enough for all: those under which tasks
-- are parked, and those that would have more holders than the least of the limits.
CREATE FUNCTION reproq.scarce_keys(locks text[], slots text[], rooms integer[]) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
  crowded boolean := reproq.is_crowded();
  found text[] := '{}';
BEGIN
  -- Who asks for a key and who holds it are counted together: to look for the holders of each key by
  -- itself takes twice as long.
  IF array_remove(locks, NULL) <> '{}' THEN
    found := ARRAY(
      SELECT 'lock:' || w.key
      FROM (
        SELECT k.key, count(*) AS tasks
        FROM (
          SELECT unnest(locks) COLLATE "C" AS key
          UNION ALL
          SELECT r.lock_key FROM reproq.running r WHERE r.lock_key = ANY (locks)) k
        WHERE k.key IS NOT NULL GROUP BY k.key) w
      WHERE w.tasks > 1 OR (crowded AND EXISTS (
        SELECT FROM reproq.parked p WHERE p.parked_key = ('lock:' || w.key) COLLATE "C" OFFSET 0)));
  END IF;
  IF array_remove(slots, NULL) <> '{}' THEN
    found := found || ARRAY(
      SELECT 'slot:' || w.key
      FROM (
        SELECT k.key, count(*) AS tasks, min(k.room) AS room
        FROM (
          SELECT unnest(slots) COLLATE "C" AS key, unnest(rooms) AS room
          UNION ALL
          SELECT r.slot_key, NULL FROM reproq.running r WHERE r.slot_key = ANY (slots)) k
        WHERE k.key IS NOT NULL GROUP BY k.key) w
      WHERE w.tasks > w.room OR (crowded AND EXISTS (
        SELECT FROM reproq.parked p WHERE p.parked_key = ('slot:' || w.key) COLLATE "C" OFFSET 0)));
  END IF;
  RETURN found;
END $$;

-- The verdicts on the tasks `ids`, which a claim has locked and is about to take, and which need these
-- locks and slots: EXPIRED; or the key that keeps it, for one that has to be parked. All others may run,
-- and hold their keys as soon as their running rows are there, or are not `mine`. A row without a task
-- names a key under which others are parked.
--
-- Nearly always there is room for all, and nothing is looked at task by task.
CREATE FUNCTION reproq.take_keys(ids bigint[], ranks bigint[], mine boolean[], locks text[],
  slots text[], rooms integer[], ends timestamptz[], given timestamptz)
RETURNS TABLE (result_id bigint, verdict text)
LANGUAGE plpgsql VOLATILE
-- Bitmaps would meet the dead entries of all who have held a key again each time. A plan is made once.
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  scarce text[];
BEGIN
  -- Many keys share a lock, so that no claim fills the server's table of locks.
  PERFORM pg_advisory_xact_lock(1919250545, b.bucket)
  FROM (
    SELECT DISTINCT hashtext(k.key) & 255 AS bucket
    FROM (SELECT unnest(locks || slots) AS key) k
    WHERE k.key IS NOT NULL ORDER BY 1 OFFSET 0) b;
  SELECT reproq.scarce_keys(locks, slots, rooms) INTO scarce;
  given := coalesce(given, clock_timestamp());
  IF array_remove(ends, NULL) <> '{}' THEN
    RETURN QUERY SELECT u.id, 'EXPIRED' FROM unnest(ids, ends) u (id, ends_at) WHERE u.ends_at <= given;
  END IF;
  IF scarce <> '{}' THEN
    RETURN QUERY SELECT v.result_id, v.verdict
    FROM (
      SELECT array_agg(u.id) AS ids, array_agg(u.rank) AS ranks, array_agg(u.is_mine) AS mine,
        array_agg(u.lock_key) AS locks, array_agg(u.slot_key) AS slots, array_agg(u.room) AS rooms
      FROM (SELECT jsonb_object_agg(k, true) AS keys FROM unnest(scarce) k) s
      CROSS JOIN unnest(ids, ranks, mine, locks, slots, rooms, ends)
        u (id, rank, is_mine, lock_key, slot_key, room, ends_at)
      WHERE (s.keys ? ('lock:' || u.lock_key) OR s.keys ? ('slot:' || u.slot_key))
        AND (u.ends_at <= given) IS NOT TRUE) m
    CROSS JOIN LATERAL reproq.share_keys(scarce, m.ids, m.ranks, m.mine, m.locks, m.slots, m.rooms) v;
  END IF;
END $$;

-- Moves back to ready what is parked under `keys` and finds room now, with its old rank, and says how
-- many tasks that were. Nothing is kept for them.
CREATE FUNCTION reproq.pass_keys(keys text[]) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  promoted integer;
BEGIN
  -- Nearly always nobody waits for any key.
  IF NOT reproq.is_crowded() THEN
    RETURN 0;
  END IF;
  WITH wanted AS MATERIALIZED (
    SELECT k.key, reproq.holders(k.key) AS held FROM unnest(keys) k (key)
    WHERE EXISTS (SELECT FROM reproq.parked p WHERE p.parked_key = k.key COLLATE "C" OFFSET 0)
  ),
  first AS MATERIALIZED (
    SELECT p.result_id, bool_and(w.held + p.n <= p.room) OVER (PARTITION BY w.key ORDER BY p.n) AS fits
    FROM wanted w
    CROSS JOIN LATERAL reproq.first_parked(w.key, w.held) WITH ORDINALITY p (result_id, rank, room, n)
    WHERE w.key >= 'slot:' COLLATE "C" OR w.held = 0
  ),
  gone AS (
    DELETE FROM reproq.parked p WHERE p.ctid = ANY (ARRAY(
      SELECT c.ctid FROM first f JOIN reproq.parked c ON c.result_id = f.result_id WHERE f.fits
      ORDER BY c.result_id FOR UPDATE OF c SKIP LOCKED))
    RETURNING p.*
  )
  INSERT INTO reproq.ready (result_id, rank, version, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied)
  SELECT result_id, rank, version + 1, attempts, queue_name, task_path, started_at,
    last_attempted_at, workers, is_tied
  FROM gone;
  GET DIAGNOSTICS promoted = ROW_COUNT;
  RETURN promoted;
END $$;

-- Promotes for keys that are free and have parked tasks all the same, `most` keys after `after` at a
-- time: what was promoted for them was cancelled with plain SQL, is never claimed, or was in a paused
-- queue; or who freed them has died before he looked. What it answers is where the next look begins.
CREATE OR REPLACE FUNCTION reproq.sweep_keys(after text, most integer)
RETURNS TABLE (last_key text, promoted integer)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  seen text[] := reproq.parked_keys(greatest(after COLLATE "C", 'lock'), 'lock;', most);
BEGIN
  seen := seen || reproq.parked_keys(greatest(after COLLATE "C", 'slot'), 'slot;',
    most - cardinality(seen));
  last_key := CASE WHEN cardinality(seen) < most THEN '' ELSE seen[cardinality(seen)] END;
  promoted := reproq.pass_keys(seen);
  RETURN NEXT;
END $$;

-- Takes a token for each of `ids`, in their order, and answers those for which there is none, with
-- the key of their limit.
--
-- A task's limit is the first that limits anything of that of its path, that of its queue and the
-- global one. Buckets are locked in the order of keys and refilled by the clock after that; nothing
-- is waited for any more while one is locked. Who changed a limit meanwhile is heeded by the next
-- claim: until then there is no token.
CREATE FUNCTION reproq.take_tokens(ids bigint[], paths text[], queues text[], given timestamptz)
RETURNS TABLE (result_id bigint, limit_key text)
LANGUAGE plpgsql VOLATILE ROWS 100 AS $$
DECLARE
  wish   record;
  bucket reproq.rate_limit;
  at     timestamptz;
  level  bigint;
  taken  bigint;
BEGIN
  FOR wish IN
    WITH effective AS MATERIALIZED (
      SELECT l.key FROM reproq.rate_limit l WHERE l.tokens_per_second > 0 AND l.burst_size > 0
    )
    SELECT coalesce(t.key, q.key, 'global') AS key, array_agg(u.id ORDER BY u.ord) AS ids
    FROM unnest(ids, paths, queues) WITH ORDINALITY AS u (id, task_path, queue_name, ord)
    LEFT JOIN effective t ON t.key = 'task:' || u.task_path
    LEFT JOIN effective q ON q.key = 'queue:' || u.queue_name
    WHERE t.key IS NOT NULL OR q.key IS NOT NULL OR EXISTS (
      SELECT FROM effective g WHERE g.key = 'global')
    GROUP BY 1 ORDER BY 1
  LOOP
    SELECT l.* INTO bucket FROM reproq.rate_limit l
    WHERE l.key = wish.key AND l.tokens_per_second > 0 AND l.burst_size > 0 FOR UPDATE;
    taken := 0;
    IF FOUND THEN
      at := coalesce(given, clock_timestamp());
      level := reproq.tokens_at(bucket, at);
      taken := least(cardinality(wish.ids), level / 1000000);
      IF taken > 0 OR at < bucket.last_refilled_at THEN
        level := level - taken * 1000000;
        UPDATE reproq.rate_limit l SET micro_tokens = level, current_tokens = level / 1000000.0,
          last_refilled_at = at
        WHERE l.key = wish.key;
      END IF;
    END IF;
    RETURN QUERY SELECT u.id, wish.key FROM unnest(wish.ids) WITH ORDINALITY AS u (id, ord)
    WHERE u.ord > taken;
  END LOOP;
END $$;
