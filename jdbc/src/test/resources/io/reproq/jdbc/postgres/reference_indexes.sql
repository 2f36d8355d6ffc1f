-- What the worker of that system adds to the tables that Django has made.
CREATE INDEX idx_task_runs_claim ON task_runs (queue_name, status, priority DESC, enqueued_at)
  WHERE status = 'READY';
CREATE UNIQUE INDEX idx_task_runs_spec_unique ON task_runs (spec_hash)
  WHERE status IN ('READY', 'RUNNING');
CREATE INDEX idx_task_runs_lock_key ON task_runs (lock_key) WHERE status = 'RUNNING';
CREATE INDEX idx_task_runs_concurrency_active ON task_runs (concurrency_key, leased_until)
  WHERE status = 'RUNNING' AND concurrency_key IS NOT NULL;
CREATE INDEX idx_task_runs_parent_id ON task_runs (parent_id) WHERE status = 'WAITING';
CREATE INDEX idx_task_runs_workflow_id ON task_runs (workflow_id);
CREATE INDEX idx_task_runs_failed_at ON task_runs (failed_at) WHERE status = 'FAILED';
CREATE INDEX idx_periodic_tasks_next_run ON periodic_tasks (next_run_at) WHERE enabled;
