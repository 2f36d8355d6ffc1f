package io.reproq.bench;

import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Measures a span of time. Starts running.
final class Stopwatch {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final TimeSource time = TimeSource.system();
  private final long start = time.nanoTime();

  long nanos() {
    return time.nanoTime() - start;
  }

  double perSecond(long count) {
    return count * 1e9 / nanos();
  }

  /// Waits for `condition`, looking a thousand times a second.
  ///
  /// @throws IllegalStateException when it does not come
  void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (nanos() > PATIENCE.toNanos()) {
        throw new IllegalStateException("not done after " + PATIENCE);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }
}
