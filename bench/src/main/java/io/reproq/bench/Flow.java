package io.reproq.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Watches a steady flow of tasks: how fast it is on the whole, and at its end against its
/// beginning.
final class Flow {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
  private static final int WINDOW_SECONDS = 10;

  private final LongSupplier done;
  private final int seconds;

  /// @param done how many tasks are through
  /// @param seconds how long it is watched
  Flow(LongSupplier done, int seconds) {
    this.done = done;
    this.seconds = seconds;
  }

  /// Watches it, and returns at the end of the time.
  Map<String, Double> watch() {
    var window = Math.max(1, Math.min(WINDOW_SECONDS, seconds / 3));
    var watch = new Stopwatch();
    var start = done.getAsLong();
    var first = rate(watch, start, 0, window);
    var middle = at(watch, seconds - window);
    var last = rate(watch, middle, watch.nanos(), seconds);
    var values = new LinkedHashMap<>(watch.rates(done.getAsLong() - start));
    values.put("first %d s tasks/s".formatted(window), first);
    values.put("last %d s tasks/s".formatted(window), last);
    values.put("last to first", last / first);
    return values;
  }

  private double rate(Stopwatch watch, long before, long since, int until) {
    return (at(watch, until) - before) * 1e9 / (watch.nanos() - since);
  }

  /// How many are through `second` seconds after the beginning.
  private long at(Stopwatch watch, int second) {
    while (watch.nanos() < Duration.ofSeconds(second).toNanos()) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
    return done.getAsLong();
  }
}
