package io.reproq.cli.option;

import io.reproq.store.StoreProvider.Settings;
import io.reproq.task.Rank;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What one step of priority is worth in waiting, for the whole database.
public final class AgingOption {
  private static final String FLAG = "--priority-aging-factor";

  @Option(
      names = FLAG,
      paramLabel = "SECONDS",
      description =
          "How long a task has to wait to overtake one whose priority is higher by one; 0 for"
              + " never. Holds for the whole database from then on. Default: PRIORITY_AGING_FACTOR,"
              + " else what the database has, which is 60 at first.")
  private @Nullable String factor;

  /// What a store is to be opened with: the database's order unless another one was given.
  ///
  /// @throws CommandFailure when what was given is no such number
  public Settings settings() {
    if (factor == null) {
      return Settings.defaults();
    }
    try {
      var seconds = new BigDecimal(factor.strip());
      return Settings.defaults()
          .withRank(new Rank(seconds.signum() <= 0 ? Duration.ZERO : span(seconds)));
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new CommandFailure(
          "%s must be a number of seconds, 0 or from 0.001 to 2592000 (30 days), was '%s'"
              .formatted(FLAG, factor));
    }
  }

  private static Duration span(BigDecimal seconds) {
    return Duration.ofMillis(seconds.movePointRight(3).longValue());
  }
}
