package io.reproq.bench;

import io.reproq.clock.TimeSource;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/// An executor with a stopwatch for each attempt: from its thread's first line to its outcome.
final class TimedExecutor implements TaskExecutor {
  private final TaskExecutor executor;
  private final TimeSource time = TimeSource.system();
  private final ConcurrentLinkedQueue<Double> millis = new ConcurrentLinkedQueue<>();

  TimedExecutor(TaskExecutor executor) {
    this.executor = executor;
  }

  /// Forgets what was measured so far.
  void reset() {
    millis.clear();
  }

  Map<String, Double> quantiles() {
    return new Series(new ArrayList<>(millis)).quantiles("attempt");
  }

  @Override
  public void start(Lease lease) {
    executor.start(lease);
  }

  @Override
  public Outcome run(Attempt attempt) throws Exception {
    var start = time.nanoTime();
    try {
      return executor.run(attempt);
    } finally {
      millis.add((time.nanoTime() - start) / 1e6);
    }
  }

  @Override
  public void close() {
    executor.close();
  }
}
