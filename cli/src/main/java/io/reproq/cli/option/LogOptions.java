package io.reproq.cli.option;

import io.reproq.cli.log.ConsoleLogging;
import io.reproq.cli.log.ConsoleLogging.Format;
import java.util.List;
import java.util.Locale;
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
  private String format = "auto";

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description =
          "Log this and worse: trace, debug, info, warn or error. Default: REPROQ_LOG_LEVEL, else"
              + " info, and debug with -v.")
  private String level = "";

  public LogOptions(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// Sets how this process logs. Comes before anything is logged.
  ///
  /// @param isVerbose whether more was asked for than is usual
  /// @throws CommandFailure when a value is none, naming it
  public void choose(boolean isVerbose) {
    var chosen = level.isEmpty() ? isVerbose ? "debug" : "info" : level.toLowerCase(Locale.ROOT);
    if (!LEVELS.contains(chosen)) {
      throw new CommandFailure(
          "--log-level must be %s, was %s".formatted(String.join(", ", LEVELS), level));
    }
    ConsoleLogging.chooseService(chosen.toUpperCase(Locale.ROOT), format());
  }

  private Format format() {
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "json" -> Format.JSON;
      case "text" -> Format.TEXT;
      case "auto" -> surroundings.isTerminal() ? Format.TEXT : Format.JSON;
      default -> throw new CommandFailure("--log-format must be json, text or auto, was " + format);
    };
  }
}
