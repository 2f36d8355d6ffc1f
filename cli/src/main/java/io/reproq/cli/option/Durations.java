package io.reproq.cli.option;

import io.reproq.clock.DurationText;
import java.time.Duration;
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

  private static boolean isDuration(String text) {
    try {
      DurationText.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
