package io.reproq;

import java.io.Serial;
import java.time.Duration;

/// Thrown by a handler to run again later. The attempt does not count.
public final class Snooze extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Duration delay;

  /// Asks to run again after `delay`.
  ///
  /// @param delay how long to wait; not negative
  public Snooze(Duration delay) {
    super("snoozed for " + delay, null, false, false);
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative, was " + delay);
    }
    this.delay = delay;
  }

  public Duration delay() {
    return delay;
  }
}
