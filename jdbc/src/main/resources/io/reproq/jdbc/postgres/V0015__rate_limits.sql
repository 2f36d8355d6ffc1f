-- Rate limits: how many tasks may start in a second.
--
-- Old workers: keep working, but heed no limit.
-- Lock: none that matters; one new table.

-- A bucket for each limit. Whole numbers decide: micro_tokens, millionths of tokens, is what the
-- bucket held at last_refilled_at, and current_tokens shows the same to people. A rate or a burst of
-- 0 limits nothing.
CREATE TABLE reproq.rate_limit (
  key               text        NOT NULL PRIMARY KEY CHECK (key <> ''),
  tokens_per_second real        NOT NULL DEFAULT 0
    CHECK (tokens_per_second >= 0 AND tokens_per_second <= 1000000),
  burst_size        integer     NOT NULL DEFAULT 1 CHECK (burst_size >= 0),
  current_tokens    real        NOT NULL,
  last_refilled_at  timestamptz NOT NULL DEFAULT now() CHECK (isfinite(last_refilled_at)),
  micro_tokens      bigint      NOT NULL CHECK (micro_tokens >= 0)
);
ALTER TABLE reproq.rate_limit SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Millionths of a token that drip in during a second.
CREATE FUNCTION reproq.micro_rate(tokens_per_second real) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT greatest(1, round(tokens_per_second::float8 * 1000000))::bigint';

-- What a bucket holds at a time, in millionths of a token. A clock that was set back adds nothing.
CREATE FUNCTION reproq.tokens_at(l reproq.rate_limit, at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
'SELECT least(l.burst_size::numeric * 1000000, l.micro_tokens + floor(
  greatest(0, extract(epoch FROM at - l.last_refilled_at)) * reproq.micro_rate(l.tokens_per_second)
  ))::bigint';

-- Keeps the numbers together that a row has twice, whoever writes it. A new limit is full unless it
-- says otherwise; what dripped in until a rate changes, did so at the old one.
CREATE FUNCTION reproq.fill_bucket() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.current_tokens := coalesce(NEW.current_tokens, NEW.burst_size);
  ELSIF NEW.current_tokens = OLD.current_tokens
    AND NEW.last_refilled_at = OLD.last_refilled_at
    AND (NEW.tokens_per_second <> OLD.tokens_per_second OR NEW.burst_size <> OLD.burst_size) THEN
    NEW.last_refilled_at := clock_timestamp();
    NEW.micro_tokens := reproq.tokens_at(OLD, NEW.last_refilled_at);
  END IF;
  IF TG_OP = 'INSERT' OR NEW.current_tokens IS DISTINCT FROM OLD.current_tokens THEN
    NEW.micro_tokens := round(least(NEW.current_tokens, NEW.burst_size)::numeric * 1000000);
    IF TG_OP = 'UPDATE' AND NEW.last_refilled_at = OLD.last_refilled_at THEN
      NEW.last_refilled_at := clock_timestamp();
    END IF;
  END IF;
  NEW.micro_tokens := greatest(0, least(NEW.micro_tokens, NEW.burst_size::bigint * 1000000));
  NEW.current_tokens := NEW.micro_tokens / 1000000.0;
  RETURN NEW;
END $$;
CREATE TRIGGER fill_new_bucket BEFORE INSERT ON reproq.rate_limit
FOR EACH ROW EXECUTE FUNCTION reproq.fill_bucket();
-- A claim changes micro_tokens, and sees to the rest itself.
CREATE TRIGGER fill_bucket BEFORE UPDATE ON reproq.rate_limit
FOR EACH ROW WHEN (NEW.micro_tokens = OLD.micro_tokens) EXECUTE FUNCTION reproq.fill_bucket();

-- Wakes those who wait for work: tasks may go on. A claim writes none of these columns.
CREATE FUNCTION reproq.tell_of_limit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('reproq_work', '');
  RETURN NULL;
END $$;
CREATE TRIGGER tell_of_limit
AFTER INSERT OR DELETE OR UPDATE OF key, tokens_per_second, burst_size ON reproq.rate_limit
FOR EACH STATEMENT EXECUTE FUNCTION reproq.tell_of_limit();

-- What was limited in the system that Reproq replaces stays so. What could never be is left out.
DO $$
DECLARE
  found text;
BEGIN
  IF to_regclass('reproq_before.rate_limits') IS NULL THEN
    RETURN;
  END IF;
  SELECT string_agg(w.name, ', ' ORDER BY w.name) INTO found
  FROM unnest(ARRAY['key', 'tokens_per_second', 'burst_size', 'current_tokens',
    'last_refilled_at']) AS w (name)
  WHERE NOT EXISTS (SELECT FROM pg_attribute a
    WHERE a.attrelid = 'reproq_before.rate_limits'::regclass AND a.attname = w.name
      AND NOT a.attisdropped);
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'the table rate_limits lacks %, so it cannot be adopted and its name cannot be '
      'taken: rename it', found;
  END IF;
  INSERT INTO reproq.rate_limit
    (key, tokens_per_second, burst_size, current_tokens, last_refilled_at)
  SELECT key, CASE WHEN tokens_per_second > 0 AND tokens_per_second < 'NaN'
      THEN least(tokens_per_second, 1000000) ELSE 0 END,
    greatest(0, coalesce(burst_size, 0)),
    CASE WHEN current_tokens > 0 AND current_tokens < 'NaN' THEN current_tokens ELSE 0 END,
    CASE WHEN isfinite(last_refilled_at) THEN least(last_refilled_at, now()) ELSE now() END
  FROM reproq_before.rate_limits WHERE key <> '';
  SELECT string_agg(key, ', ' ORDER BY key) INTO found
  FROM reproq.rate_limit WHERE tokens_per_second > 0 AND burst_size > 0;
  IF found IS NOT NULL THEN
    RAISE NOTICE 'rate limits that stay: %', found;
  END IF;
END $$;
INSERT INTO reproq.rate_limit (key, tokens_per_second, burst_size, current_tokens)
VALUES ('global', 0, 1, 0) ON CONFLICT DO NOTHING;

-- A view, so that the engine finds the table whatever the search path is. It takes every write.
CREATE VIEW rate_limits AS
SELECT key, tokens_per_second, burst_size, current_tokens, last_refilled_at FROM reproq.rate_limit;

-- Takes a token for each of `ids`, in their order, and answers those for which there is none, with
-- the key of their limit.
--
-- A task's limit is the first that limits anything of that of its path, that of its queue and the
-- global one. Buckets are locked in the order of keys and refilled by the clock after that; nothing
-- is waited for any more while one is locked. Who changed a limit meanwhile is heeded by the next
-- claim: until then there is no token. Who gets none gives back the keys that this transaction has
-- taken for it, whose locks it holds; who waits for them is promoted after it.
CREATE FUNCTION reproq.take_tokens(ids bigint[], paths text[], queues text[], ties boolean[],
  given timestamptz)
RETURNS TABLE (result_id bigint, limit_key text)
LANGUAGE plpgsql VOLATILE ROWS 100 AS $$
DECLARE
  wish   record;
  bucket reproq.rate_limit;
  at     timestamptz;
  level  bigint;
  taken  bigint;
  back   bigint[] := '{}';
BEGIN
  FOR wish IN
    WITH effective AS MATERIALIZED (
      SELECT l.key FROM reproq.rate_limit l WHERE l.tokens_per_second > 0 AND l.burst_size > 0
    )
    SELECT coalesce(t.key, q.key, 'global') AS key, array_agg(u.id ORDER BY u.ord) AS ids,
      array_agg(u.is_tied ORDER BY u.ord) AS ties
    FROM unnest(ids, paths, queues, ties) WITH ORDINALITY
      AS u (id, task_path, queue_name, is_tied, ord)
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
    back := back || ARRAY(SELECT u.id
      FROM unnest(wish.ids, wish.ties) WITH ORDINALITY AS u (id, is_tied, ord)
      WHERE u.is_tied AND u.ord > taken);
  END LOOP;
  IF back <> '{}' THEN
    DELETE FROM reproq.key_holder h WHERE h.result_id = ANY (back);
  END IF;
END $$;
