package io.reproq.cli.option;

import io.reproq.cli.log.ConsoleLogging;
import io.reproq.cli.log.ConsoleLogging.Format;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a service logs: what its lines look like, and how much it says.
public final class LogOptions {
  private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");

  private final Surroundings surroundings;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description =
          "json (an object a line), text, or auto: text on a terminal, else json. Default:"
              + " REPROQ_LOG_FORMAT, else auto.")
  private @Nullable String format;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description =
          "Log this and worse: trace, debug, info, warn or error. Default: REPROQ_LOG_LEVEL, else"
              + " info, and debug with -v.")
  private @Nullable String level;

  public LogOptions(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// Sets how this process logs. Comes before anything is logged.
  ///
  /// @param isVerbose whether more was asked for than is usual
  /// @throws CommandFailure when a value is none, naming it
  public void choose(boolean isVerbose) {
    var told = level == null ? surroundings.variable("REPROQ_LOG_LEVEL", "") : level;
    var chosen = told.isEmpty() ? isVerbose ? "debug" : "info" : told.toLowerCase(Locale.ROOT);
    if (!LEVELS.contains(chosen)) {
      throw new CommandFailure(
          "--log-level must be %s, was %s".formatted(String.join(", ", LEVELS), told));
    }
    ConsoleLogging.chooseService(chosen.toUpperCase(Locale.ROOT), format());
  }

  private Format format() {
    var told = format == null ? surroundings.variable("REPROQ_LOG_FORMAT", "auto") : format;
    return switch (told.toLowerCase(Locale.ROOT)) {
      case "json" -> Format.JSON;
      case "text" -> Format.TEXT;
      case "auto" -> surroundings.isTerminal() ? Format.TEXT : Format.JSON;
      default -> throw new CommandFailure("--log-format must be json, text or auto, was " + told);
    };
  }
}
