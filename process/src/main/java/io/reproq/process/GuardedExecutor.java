package io.reproq.process;

import io.reproq.process.ExecutorMetrics.Count;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets only admitted paths through to another executor. The path is the one of the description
/// that the child gets.
final class GuardedExecutor implements TaskExecutor {
  private static final Logger log = LoggerFactory.getLogger(GuardedExecutor.class);

  private final AllowList allowed;
  private final TaskExecutor behind;
  private final ExecutorMetrics metrics;

  GuardedExecutor(AllowList allowed, TaskExecutor behind, ExecutorMetrics metrics) {
    this.allowed = allowed;
    this.behind = behind;
    this.metrics = metrics;
  }

  @Override
  public void start(Lease lease) {
    if (allowed.admitsAll()) {
      log.warn("allowed_task_modules has *: whoever may enqueue tasks may run any code");
    }
    behind.start(lease);
  }

  @Override
  public Outcome run(Attempt attempt) throws Exception {
    var taskPath = attempt.spec().taskPath();
    if (!allowed.admits(taskPath)) {
      metrics.count(Count.REFUSED);
      return Failures.refused(taskPath);
    }
    return behind.run(attempt);
  }

  @Override
  public void close() {
    behind.close();
  }
}
