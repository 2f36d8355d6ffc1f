-- Queues that somebody has paused.
--
-- Old workers: keep working, but do not heed a paused queue.
-- Lock: none that matters; one new table.

-- A queue without a row is not paused. The row named * pauses all.
CREATE TABLE reproq.queue_control (
  queue_name text        NOT NULL PRIMARY KEY CHECK (queue_name <> ''),
  paused     boolean     NOT NULL DEFAULT false,
  paused_at  timestamptz,
  reason     text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- A view, so that the engine finds the table whatever the search path is. It takes every write.
CREATE VIEW reproq_queue_controls AS
SELECT queue_name, paused, paused_at, reason, created_at, updated_at FROM reproq.queue_control;

-- Pauses a queue, or * for all. False: it was paused already, and only the reason changes.
CREATE FUNCTION reproq.pause_queue(queue text, reason text, now timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  was_paused boolean;
BEGIN
  IF coalesce(queue, '') !~ '\S' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'queue is empty: name the queue to pause';
  END IF;
  INSERT INTO reproq.queue_control (queue_name, created_at) VALUES (queue, pause_queue.now)
  ON CONFLICT DO NOTHING;
  SELECT c.paused INTO was_paused FROM reproq.queue_control c WHERE c.queue_name = queue FOR UPDATE;
  UPDATE reproq.queue_control c SET paused = true, reason = pause_queue.reason,
    paused_at = CASE WHEN c.paused THEN c.paused_at ELSE pause_queue.now END,
    updated_at = pause_queue.now
  WHERE c.queue_name = queue;
  RETURN NOT was_paused;
END $$;

-- Resumes a queue, or what was paused by *. False: it was not paused.
CREATE FUNCTION reproq.resume_queue(queue text, now timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  UPDATE reproq.queue_control c SET paused = false, paused_at = NULL, reason = NULL,
    updated_at = resume_queue.now
  WHERE c.queue_name = queue AND c.paused;
  RETURN FOUND;
END $$;

-- No task of `queue` (* for every queue) is started from the next claim on; what runs goes on. False:
-- it was paused already, and only the reason changes.
CREATE FUNCTION reproq_pause_queue(queue text, reason text DEFAULT NULL) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT reproq.pause_queue(queue, reason, now())';
REVOKE ALL ON FUNCTION reproq_pause_queue FROM PUBLIC;

-- Tasks of `queue` are started again, at once. False: it was not paused. What was paused by * is
-- resumed by * alone.
CREATE FUNCTION reproq_resume_queue(queue text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  resumed boolean := reproq.resume_queue(queue, now());
BEGIN
  IF resumed THEN
    PERFORM pg_notify('reproq_work', '');
  END IF;
  RETURN resumed;
END $$;
REVOKE ALL ON FUNCTION reproq_resume_queue FROM PUBLIC;
