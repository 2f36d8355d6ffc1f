package io.reproq.testkit;

import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/// Time that stands still until a test moves it. Wall clock and monotonic clock pass together; the
/// wall clock alone can be stepped, as an operator or a time server does.
///
/// Safe for use by many threads.
public final class SettableClock implements TimeSource {
  /// Where a clock starts when nothing else is said.
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final AtomicReference<Reading> reading;

  /// A clock that shows [#START].
  public SettableClock() {
    this(START);
  }

  /// A clock that shows `start`.
  public SettableClock(Instant start) {
    reading = new AtomicReference<>(new Reading(start, 0));
  }

  @Override
  public Instant now() {
    return reading.get().wall;
  }

  @Override
  public long nanoTime() {
    return reading.get().monotonic;
  }

  /// Lets `span` pass on both clocks.
  ///
  /// @throws IllegalArgumentException when it is negative: time does not go back
  public void advance(Duration span) {
    if (span.isNegative()) {
      throw new IllegalArgumentException(
          "span must not be negative, was " + span + "; stepWall moves the wall clock back");
    }
    reading.updateAndGet(now -> now.after(span));
  }

  /// Lets time pass on both clocks until the wall clock shows `time`.
  ///
  /// @throws IllegalArgumentException when that is over: time does not go back
  public void set(Instant time) {
    reading.updateAndGet(now -> {
      if (time.isBefore(now.wall)) {
        throw new IllegalArgumentException(
            "time must not lie before " + now.wall + ", was " + time + "; see stepWall");
      }
      return now.after(Duration.between(now.wall, time));
    });
  }

  /// Moves the wall clock alone, forward or back: no time passes.
  public void stepWall(Duration step) {
    reading.updateAndGet(now -> new Reading(now.wall.plus(step), now.monotonic));
  }

  @Override
  public String toString() {
    return now().toString();
  }

  private record Reading(Instant wall, long monotonic) {
    Reading after(Duration span) {
      return new Reading(wall.plus(span), monotonic + span.toNanos());
    }
  }
}
