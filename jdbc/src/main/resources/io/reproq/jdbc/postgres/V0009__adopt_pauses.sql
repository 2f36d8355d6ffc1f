-- Keeps paused what was paused in the system that Reproq replaces. Comes after the table for it,
-- as the old one had to go before the view of its name was made.
--
-- Old workers: keep working, nothing of theirs changes.
-- Lock: none that matters.
DO $$
DECLARE
  paused_queues text;
BEGIN
  IF to_regclass('reproq_before.reproq_queue_controls') IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO reproq.queue_control (queue_name, paused, paused_at, reason, created_at, updated_at)
  SELECT queue_name, coalesce(paused, false), paused_at, reason, coalesce(created_at, now()),
    coalesce(updated_at, now())
  FROM reproq_before.reproq_queue_controls WHERE queue_name <> '';
  SELECT string_agg(queue_name, ', ' ORDER BY queue_name) INTO paused_queues
  FROM reproq.queue_control WHERE paused;
  IF paused_queues IS NOT NULL THEN
    RAISE NOTICE 'queues that stay paused: %', paused_queues;
  END IF;
END $$;
