-- The two tables that only the worker of that system makes.
CREATE TABLE rate_limits (
  key               TEXT        PRIMARY KEY,
  tokens_per_second REAL        NOT NULL,
  burst_size        INTEGER     NOT NULL,
  current_tokens    REAL        NOT NULL,
  last_refilled_at  TIMESTAMPTZ NOT NULL DEFAULT now()
);
INSERT INTO rate_limits (key, tokens_per_second, burst_size, current_tokens)
VALUES ('global', 0, 1, 0);

CREATE TABLE workflow_runs (
  workflow_id        UUID        PRIMARY KEY,
  expected_count     INTEGER     NOT NULL,
  success_count      INTEGER     NOT NULL DEFAULT 0,
  failure_count      INTEGER     NOT NULL DEFAULT 0,
  callback_result_id BIGINT,
  status             TEXT        NOT NULL DEFAULT 'RUNNING',
  created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at         TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX idx_workflow_runs_callback ON workflow_runs (callback_result_id);
