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
    chosen =
        switch (config.kind()) {
          case SPAWN -> guarded(config, new SpawnExecutor(config, metrics));
          case FORK, POOL -> guarded(config, new ForkExecutor(config, metrics));
          // It runs no code, so there is none to keep out.
          case MOCK -> new MockExecutor(config.mockTakes());
        };
  }

  private TaskExecutor guarded(ExecutorConfig config, TaskExecutor executor) {
    return new GuardedExecutor(config.allowed(), executor, metrics);
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
