package io.reproq.observe;

import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at something every few seconds, on a thread of its own, and keeps what it saw: reading a
/// metric never waits for a database. One look at a time: one that hangs delays the next, and what
/// is older than [#DEADLINE] is not told any more. Safe for use by many threads.
///
/// @param <T> what is seen
final class Sampler<T> implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(5);

  /// Two looks in a row have failed, or one hangs.
  static final Duration DEADLINE = Duration.ofSeconds(15);

  private static final Logger log = LoggerFactory.getLogger(Sampler.class);

  private final Supplier<T> look;
  private final TimeSource time;
  private final ScheduledExecutorService thread;
  private volatile @Nullable Seen<T> last;
  private boolean failing;

  /// Begins to look.
  ///
  /// @param name of its thread
  Sampler(String name, TimeSource time, Supplier<T> look) {
    this.look = look;
    this.time = time;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
    var ignored =
        thread.scheduleWithFixedDelay(this::sample, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// A number of what was last seen; not a number when that is too long ago.
  double read(ToDoubleFunction<T> number) {
    var known = last;
    return known == null || time.nanoTime() - known.at > DEADLINE.toNanos()
        ? Double.NaN
        : number.applyAsDouble(known.value);
  }

  private void sample() {
    try {
      last = new Seen<>(look.get(), time.nanoTime());
      failing = false;
    } catch (RuntimeException e) {
      // An exception that left here would end the looking.
      if (!failing) {
        log.warn("could not look at the database for its metrics: {}", e.getMessage());
      }
      failing = true;
    }
  }

  /// Looks no more. A look under way may fail.
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private record Seen<T>(T value, long at) {}
}
