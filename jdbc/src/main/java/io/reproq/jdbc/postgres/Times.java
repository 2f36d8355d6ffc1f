package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/// Times and spans on their way to and from the database, which counts in microseconds.
final class Times {
  private static final long PER_SECOND = 1_000_000;
  private static final int NANOS = 1_000;

  /// The last second of the year 9999; nobody waits longer.
  private static final long LAST = 253_402_300_799L;

  private Times() {}

  /// Microseconds since 1970, rounded up so that nothing starts early; what lies outside 1970 to
  /// 9999 becomes the nearest there.
  static long micros(Instant time) {
    var seconds = Math.clamp(time.getEpochSecond(), 0, LAST);
    return seconds * PER_SECOND + (time.getNano() + NANOS - 1L) / NANOS;
  }

  /// Microseconds, rounded up; less than nothing is nothing.
  static long micros(Duration span) {
    var seconds = Math.min(span.getSeconds(), LAST);
    return span.isPositive() ? seconds * PER_SECOND + (span.getNano() + NANOS - 1L) / NANOS : 0;
  }

  static Duration span(long micros) {
    return Duration.ofSeconds(micros / PER_SECOND, micros % PER_SECOND * NANOS);
  }

  /// The time in a column that is never null.
  static Instant time(PreparedQuery.Row row, String column) throws SQLException {
    var time = timeOrNull(row, column);
    if (time == null) {
      throw new IllegalStateException("the column " + column + " should hold a time");
    }
    return time;
  }

  static @Nullable Instant timeOrNull(PreparedQuery.Row row, String column) throws SQLException {
    var time = row.value(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
