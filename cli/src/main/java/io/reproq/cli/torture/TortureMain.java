package io.reproq.cli.torture;

import io.reproq.cli.option.Durations;
import io.reproq.cli.option.Mistakes;
import io.reproq.cli.option.Numbers;
import io.reproq.cli.option.Surroundings;
import java.time.Duration;
import picocli.CommandLine;

/// The program `reproq-torture`.
public final class TortureMain {
  private TortureMain() {}

  public static void main(String[] args) {
    System.exit(create(Surroundings.ofProcess()).execute(args));
  }

  /// The command, for one run in `surroundings`.
  public static CommandLine create(Surroundings surroundings) {
    var mistakes = new Mistakes((line, message) -> message);
    return new CommandLine(new TortureCommand(surroundings))
        .setUsageHelpWidth(100)
        .registerConverter(Duration.class, Durations::parse)
        .registerConverter(int.class, Numbers::toInt)
        .registerConverter(Long.class, Numbers::toLong)
        .setParameterExceptionHandler(mistakes)
        .setExecutionExceptionHandler(mistakes);
  }
}
