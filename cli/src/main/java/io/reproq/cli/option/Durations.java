package io.reproq.cli.option;

import io.reproq.clock.DurationText;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/// Reads durations. A negative one is out of range, which is another exit code than no duration.
public final class Durations {
  private Durations() {}

  public static Duration parse(String text) {
    try {
      return DurationText.parse(text);
    } catch (IllegalArgumentException e) {
      if (text.startsWith("-") && isDuration(text.substring(1))) {
        throw new CommandFailure("a duration must not be negative, was " + text);
      }
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  /// In Go's form, as [#parse] reads it.
  public static String text(Duration duration) {
    return duration.compareTo(Duration.ofSeconds(1)) < 0
        ? duration.toMillis() + "ms"
        : duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  private static boolean isDuration(String text) {
    try {
      DurationText.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
