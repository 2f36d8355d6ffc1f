package io.reproq.bench;

import com.sun.management.OperatingSystemMXBean;
import io.reproq.clock.TimeSource;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Measures a span of time, and the processor time that this process took in it. Starts running.
final class Stopwatch {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(1);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final TimeSource time = TimeSource.system();
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final long start = time.nanoTime();
  private final long cpuStart = system.getProcessCpuTime();

  long nanos() {
    return time.nanoTime() - start;
  }

  /// What `count` tasks came to by now: how many in a second, and microseconds of processor time
  /// for each, collector and compiler included. The latter says something on a busy machine, too.
  Map<String, Double> rates(long count) {
    var rates = new LinkedHashMap<String, Double>();
    rates.put("tasks/s", count * 1e9 / nanos());
    rates.put("cpu µs", (system.getProcessCpuTime() - cpuStart) / 1e3 / count);
    return rates;
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
