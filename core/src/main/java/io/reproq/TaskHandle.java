package io.reproq;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A task that was enqueued. Safe for use by many threads.
public final class TaskHandle<R extends @Nullable Object> {
  private final long resultId;
  private final boolean duplicate;
  private final Class<R> result;
  private final Awaiting awaiting;

  TaskHandle(long resultId, boolean duplicate, Class<R> result, Awaiting awaiting) {
    this.resultId = resultId;
    this.duplicate = duplicate;
    this.result = result;
    this.awaiting = awaiting;
  }

  /// The task's public id.
  public long resultId() {
    return resultId;
  }

  /// Whether an unfinished task that is described alike stands in for the one that was to be
  /// enqueued.
  public boolean isDuplicate() {
    return duplicate;
  }

  /// Waits until the task is finished, wherever it runs.
  ///
  /// @return what its handler returned
  /// @throws TaskFailedException when it ended without success
  /// @throws TimeoutException when it is not finished after `limit`; it goes on
  /// @throws InterruptedException when the waiting thread is interrupted; the task goes on
  public R await(Duration limit) throws TimeoutException, InterruptedException {
    return PayloadJson.decodeResult(awaiting.result(resultId, limit), result);
  }

  @Override
  public String toString() {
    return "task " + resultId;
  }
}
