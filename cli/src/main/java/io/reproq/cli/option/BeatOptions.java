package io.reproq.cli.option;

import io.reproq.ReproqBuilder;
import io.reproq.worker.Beat;
import java.time.Duration;
import picocli.CommandLine.Option;

/// Whether a worker enqueues periodic tasks, too, and how often it looks for them.
public final class BeatOptions {
  private final boolean usual;

  @Option(
      names = "--beat",
      description = "Enqueue periodic tasks when they are due, too, as reproq beat does.")
  private boolean wanted;

  @Option(
      names = "--beat-interval",
      paramLabel = "DURATION",
      description =
          "How often to look for those at least; beat.interval in a file, as for reproq beat."
              + " Default: 30s.")
  private Duration interval = Beat.INTERVAL;

  /// @param usual whether it does when nobody says so
  public BeatOptions(boolean usual) {
    this.usual = usual;
  }

  /// Looks at all that was given.
  ///
  /// @throws CommandFailure when a value is out of range
  public void check() {
    if (!interval.isPositive()) {
      throw new CommandFailure("--beat-interval must be positive, was 0");
    }
  }

  /// Tells `builder` all that was given, and checked.
  public ReproqBuilder applyTo(ReproqBuilder builder) {
    return builder.beat(wanted || usual).beatInterval(interval);
  }
}
