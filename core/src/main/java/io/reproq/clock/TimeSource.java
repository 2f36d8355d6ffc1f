package io.reproq.clock;

import java.time.Instant;

/// Where time comes from. The only place in the code that asks the machine; everything that needs
/// the time is given one. Implementations are safe for use by many threads.
public interface TimeSource {
  /// The wall clock, UTC.
  Instant now();

  /// A clock that never goes back, in nanoseconds from an arbitrary start.
  long nanoTime();

  /// The machine's own clocks.
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }
}
