package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import io.reproq.store.NewTask.Moment;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/// When a task may start, as `reproq enqueue` is told.
final class EnqueueTimes {
  /// As Python writes it, which is how a spec has it.
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+00:00'");

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'");

  private static final int NANOS_PER_MICRO = 1_000;

  private EnqueueTimes() {}

  /// The text for the spec, in UTC.
  static @Nullable String runAfter(@Nullable String text, Duration delay) {
    if (text == null) {
      return null;
    }
    if (!delay.isZero()) {
      throw new CommandFailure("--run-after and --delay both say when to start: give one of them");
    }
    try {
      var time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      return time.format(time.getNano() / NANOS_PER_MICRO == 0 ? SECONDS : MICROS);
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          "--run-after must be a time with an offset, like 2026-01-31T12:00:00Z, was '"
              + text
              + "'");
    }
  }

  /// When the task expires.
  static @Nullable Moment expiry(@Nullable Duration life) {
    if (life != null && !life.isPositive()) {
      throw new CommandFailure("--expires-in must be positive, was " + life);
    }
    return life == null ? null : new Moment.After(life);
  }
}
