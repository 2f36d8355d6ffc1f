package io.reproq.worker;

import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.time.Instant;

/// A moment on both clocks of this process. One alone does not do: the monotonic one may stand
/// still while the machine is suspended, the wall clock may be set back.
record Moment(long nanoTime, Instant wall) {
  static Moment now(TimeSource time) {
    return new Moment(time.nanoTime(), time.now());
  }

  /// Whether `span` has passed since then, by either clock.
  boolean isPast(Duration span, TimeSource time) {
    return Duration.ofNanos(time.nanoTime() - nanoTime).compareTo(span) >= 0
        || Duration.between(wall, time.now()).compareTo(span) >= 0;
  }
}
