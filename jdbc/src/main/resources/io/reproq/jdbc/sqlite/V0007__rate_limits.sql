-- Rate limits: how many tasks may start in a second.
--
-- Old workers: keep working, but heed no limit.
-- Lock: the write lock, for some milliseconds.

-- A bucket for each limit. Whole numbers decide: micro_tokens, millionths of tokens, is what the
-- bucket held at refilled_micros, microseconds since 1970; current_tokens and last_refilled_at show
-- the same to people. Null stands for what current_tokens says. A rate or a burst of 0 limits nothing.
CREATE TABLE rate_limits (
  key               TEXT    NOT NULL PRIMARY KEY CHECK (key <> ''),
  tokens_per_second REAL    NOT NULL DEFAULT 0 CHECK (tokens_per_second BETWEEN 0 AND 1000000),
  burst_size        INTEGER NOT NULL DEFAULT 1 CHECK (burst_size >= 0),
  current_tokens    REAL,
  last_refilled_at  TEXT,
  micro_tokens      INTEGER,
  refilled_micros   INTEGER
) STRICT;
INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens, last_refilled_at)
VALUES ('global', 0, 1, 0, strftime('%Y-%m-%d %H:%M:%f000', 'now'));

-- Whoever writes it: a new limit is full unless it says otherwise, and a changed one goes on with
-- what it holds from now on.
CREATE TRIGGER rate_limits_insert AFTER INSERT ON rate_limits WHEN NEW.micro_tokens IS NULL
BEGIN
  UPDATE rate_limits SET current_tokens = max(0, min(coalesce(NEW.current_tokens, NEW.burst_size),
      NEW.burst_size)),
    last_refilled_at = strftime('%Y-%m-%d %H:%M:%f000', 'now'),
    refilled_micros = CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  WHERE key = NEW.key;
END;

CREATE TRIGGER rate_limits_update
AFTER UPDATE OF tokens_per_second, burst_size, current_tokens ON rate_limits
WHEN NEW.micro_tokens IS OLD.micro_tokens AND NEW.refilled_micros IS OLD.refilled_micros
BEGIN
  UPDATE rate_limits SET micro_tokens = CASE WHEN NEW.current_tokens IS OLD.current_tokens
      THEN OLD.micro_tokens END,
    current_tokens = max(0, min(coalesce(NEW.current_tokens, NEW.burst_size), NEW.burst_size)),
    last_refilled_at = strftime('%Y-%m-%d %H:%M:%f000', 'now'),
    refilled_micros = CAST(strftime('%s', 'now') AS INTEGER) * 1000000
      + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  WHERE key = NEW.key;
END;
