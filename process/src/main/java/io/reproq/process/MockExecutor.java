package io.reproq.process;

import io.reproq.json.Json;
import io.reproq.task.Outcome;
import io.reproq.worker.Attempt;
import io.reproq.worker.TaskExecutor;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Runs nothing: every task succeeds with null, at once or after a while. For measuring all the
/// rest.
final class MockExecutor implements TaskExecutor {
  private static final Outcome DONE = new Outcome.Succeeded(Json.NULL);

  private final Duration takes;
  private final CountDownLatch never = new CountDownLatch(1);

  MockExecutor(Duration takes) {
    this.takes = takes;
  }

  @Override
  public void start(Lease lease) {}

  @Override
  public Outcome run(Attempt attempt) throws InterruptedException {
    if (takes.isPositive() && never.await(takes.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("nobody opens this latch");
    }
    return DONE;
  }

  @Override
  public void close() {}
}
