package io.reproq.cli.option;

import io.reproq.ReproqBuilder;
import picocli.CommandLine.Option;

/// Whether a worker enqueues periodic tasks, too.
public final class BeatOptions {
  private final boolean usual;

  @Option(
      names = "--beat",
      description = "Enqueue periodic tasks when they are due, too, as reproq beat does.")
  private boolean wanted;

  /// @param usual whether it does when nobody says so
  public BeatOptions(boolean usual) {
    this.usual = usual;
  }

  /// Tells `builder` all that was given, and checked.
  public ReproqBuilder applyTo(ReproqBuilder builder) {
    return builder.beat(wanted || usual);
  }
}
