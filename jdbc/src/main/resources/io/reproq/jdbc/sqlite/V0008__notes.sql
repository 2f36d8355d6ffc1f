-- What running attempts tell of themselves: facts, and what they put out.
--
-- Old workers: keep working, nothing of theirs changes; what one of them prunes leaves this behind.
-- Lock: the write lock, for some milliseconds.

-- What hangs on a task and does not matter to running it, where there is anything.
CREATE TABLE attachment (
  result_id     INTEGER PRIMARY KEY,
  metadata_json TEXT CHECK (json_type(metadata_json) = 'object'),
  logs_uri      TEXT
) STRICT;

-- Pieces of output, in the order of their key: the version that the task had during the attempt,
-- which no other attempt has, and how many characters of the attempt's output come before.
CREATE TABLE output (
  result_id INTEGER NOT NULL,
  version   INTEGER NOT NULL CHECK (version >= 2),
  start     INTEGER NOT NULL CHECK (start >= 0),
  attempt   INTEGER NOT NULL CHECK (attempt >= 1),
  at        INTEGER NOT NULL,
  piece     TEXT    NOT NULL CHECK (piece <> ''),
  PRIMARY KEY (result_id, version, start)
) STRICT;

-- Of task_runs, a program that has no attempt may change the metadata, and nothing else.
CREATE TRIGGER task_runs_metadata INSTEAD OF UPDATE OF metadata_json ON task_runs
BEGIN
  SELECT RAISE(ABORT, 'only metadata_json of task_runs can be changed; cancel with task_command')
  WHERE (OLD.result_id, OLD.status, OLD.queue_name, OLD.spec_json, OLD.cancel_requested,
      OLD.return_json, OLD.errors_json, OLD.logs_uri, OLD.run_after)
    IS NOT (NEW.result_id, NEW.status, NEW.queue_name, NEW.spec_json, NEW.cancel_requested,
      NEW.return_json, NEW.errors_json, NEW.logs_uri, NEW.run_after);
  SELECT RAISE(ABORT, 'metadata_json must be a JSON object of at most 65536 bytes')
  WHERE NOT coalesce(json_valid(NEW.metadata_json) AND json_type(NEW.metadata_json) = 'object'
    AND length(CAST(NEW.metadata_json AS BLOB)) <= 65536, 0);
  INSERT INTO attachment (result_id, metadata_json) VALUES (OLD.result_id, NEW.metadata_json)
  ON CONFLICT (result_id) DO UPDATE SET metadata_json = excluded.metadata_json;
END;
