package io.reproq.observe;

import java.time.Duration;
import java.util.stream.LongStream;

/// Upper bounds of histograms.
final class Buckets {
  /// For what should take milliseconds.
  static final Duration[] SHORT = millis(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000);

  /// For waiting: powers of two from 1 s to 512 s.
  static final Duration[] WAIT =
      LongStream.iterate(1, seconds -> seconds <= 512, seconds -> seconds * 2)
          .mapToObj(Duration::ofSeconds)
          .toArray(Duration[]::new);

  /// For the life of a task, from milliseconds to an hour.
  static final Duration[] LIFE =
      millis(
          5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 900_000,
          3_600_000);

  private Buckets() {}

  private static Duration[] millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }
}
