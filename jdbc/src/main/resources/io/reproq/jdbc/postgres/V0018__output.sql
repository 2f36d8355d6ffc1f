-- What running attempts put out. What they note besides lies in reproq.attachment.
--
-- Old workers: keep working, nothing of theirs changes; what one of them prunes leaves its output
-- behind.
-- Lock: none that matters; only a new table.

-- Pieces of output, in the order of their key: the version that the task had during the attempt,
-- which no other attempt has, and how many characters of the attempt's output come before.
CREATE TABLE reproq.output (
  result_id bigint      NOT NULL,
  version   integer     NOT NULL CHECK (version >= 2),
  start     bigint      NOT NULL CHECK (start >= 0),
  attempt   integer     NOT NULL CHECK (attempt >= 1),
  at        timestamptz NOT NULL,
  piece     text        NOT NULL CHECK (piece <> ''),
  PRIMARY KEY (result_id, version, start)
);
