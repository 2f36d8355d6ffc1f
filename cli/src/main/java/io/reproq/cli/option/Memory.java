package io.reproq.cli.option;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/// What the environment says of a service's memory.
///
/// @param isLow whether there is little of it: `LOW_MEMORY_MODE`. Then nothing listens for HTTP.
///   The launcher, which reads it too, gives the Java machine smaller settings.
/// @param logInterval how often to log it: `REPROQ_MEMORY_LOG_INTERVAL`; zero means never
public record Memory(boolean isLow, Duration logInterval) {
  private static final String MODE = "LOW_MEMORY_MODE";
  private static final String INTERVAL = "REPROQ_MEMORY_LOG_INTERVAL";
  private static final Set<String> YES = Set.of("1", "true", "yes", "on");

  /// Reads them.
  ///
  /// @throws CommandFailure when a value is none, naming its variable
  public static Memory of(Surroundings surroundings) {
    return new Memory(isLow(surroundings), interval(surroundings.variable(INTERVAL, "0")));
  }

  /// Whether there is little of it.
  static boolean isLow(Surroundings surroundings) {
    return YES.contains(surroundings.variable(MODE, "").strip().toLowerCase(Locale.ROOT));
  }

  private static Duration interval(String text) {
    try {
      return Durations.parse(text.strip());
    } catch (TypeConversionException | CommandFailure e) {
      throw new CommandFailure(INTERVAL + ": " + e.getMessage());
    }
  }
}
