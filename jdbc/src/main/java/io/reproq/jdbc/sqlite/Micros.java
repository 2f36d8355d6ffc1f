package io.reproq.jdbc.sqlite;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Times and spans as the tables have them: whole microseconds, times since 1970.
final class Micros {
  /// The last microsecond of the year 9999, which SQLite's own functions can still write.
  static final long LAST = 253_402_300_799_999_999L;

  private static final long PER_SECOND = 1_000_000;
  private static final int NANOS = 1_000;

  private Micros() {}

  /// `time`, rounded down; what lies outside 1970 to 9999 becomes the nearest there.
  static long of(Instant time) {
    var seconds = Math.clamp(time.getEpochSecond(), 0, LAST / PER_SECOND + 1);
    return Math.clamp(seconds * PER_SECOND + time.getNano() / NANOS, 0, LAST);
  }

  /// `span` after `now`, rounded up so that nothing starts early.
  static long after(Instant now, Duration span) {
    var seconds = Math.clamp(span.getSeconds(), -LAST / PER_SECOND, LAST / PER_SECOND);
    return of(now.plusSeconds(seconds).plusNanos(span.getNano() + NANOS - 1L));
  }

  /// `span`, rounded down.
  static long of(Duration span) {
    var seconds = Math.clamp(span.getSeconds(), 0, LAST / PER_SECOND);
    return seconds * PER_SECOND + span.getNano() / NANOS;
  }

  static Instant time(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, PER_SECOND), Math.floorMod(micros, PER_SECOND) * NANOS);
  }

  static @Nullable Instant timeOrNull(@Nullable Long micros) {
    return micros == null ? null : time(micros);
  }

  static Duration span(long micros) {
    return Duration.ofSeconds(micros / PER_SECOND, micros % PER_SECOND * NANOS);
  }
}
