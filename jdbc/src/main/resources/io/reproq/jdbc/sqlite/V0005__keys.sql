-- Keys, of which only so many tasks run at a time, and tasks whose time to start runs out.
--
-- Old workers: must be stopped before; they heed no key, and start what is expired.
-- Lock: the write lock, for some milliseconds.

-- Who holds a key: a task, as long as its attempt runs.
CREATE TABLE key_holder (
  key       TEXT    NOT NULL,
  result_id INTEGER NOT NULL,
  PRIMARY KEY (key, result_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_holder_task ON key_holder (result_id);

-- Tasks that must not start from expires_at on. One that is over may stand here until then: a failed
-- one may be retried.
CREATE TABLE expiry (
  result_id  INTEGER PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX expiry_due ON expiry (expires_at, result_id);
