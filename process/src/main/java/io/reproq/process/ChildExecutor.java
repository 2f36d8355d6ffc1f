package io.reproq.process;

import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;

/// Runs tasks in child processes, as an [ExecutorConfig] says. The door to this module.
public final class ChildExecutor implements TaskExecutor {
  private final ExecutorMetrics metrics = new ExecutorMetrics();
  private final TaskExecutor chosen;

  /// Prepares one. Nothing is started yet.
  public ChildExecutor(ExecutorConfig config) {
    var runs =
        switch (config.kind()) {
          case SPAWN -> new SpawnExecutor(config, metrics);
          case FORK, POOL -> new ForkExecutor(config, metrics);
          case MOCK -> new MockExecutor(config.mockTakes());
        };
    chosen = new GuardedExecutor(config.allowed(), runs, metrics);
  }

  @Override
  public void start(Lease lease) {
    chosen.start(lease);
  }

  @Override
  public Outcome run(Attempt attempt) throws Exception {
    return chosen.run(attempt);
  }

  /// What it counted so far.
  public ExecutorMetrics.Snapshot metrics() {
    return metrics.snapshot();
  }

  @Override
  public void close() {
    chosen.close();
  }
}
