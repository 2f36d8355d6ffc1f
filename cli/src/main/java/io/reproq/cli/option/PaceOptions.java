package io.reproq.cli.option;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.ReproqBuilder;
import io.reproq.worker.WorkerConfig.Pace;
import java.time.Duration;
import picocli.CommandLine.Option;

/// How often a worker gives signs of life, and looks for those of others and for work.
public final class PaceOptions {
  @Option(
      names = "--lease-seconds",
      paramLabel = "N",
      description =
          "How long others wait for a sign of life before they take over this worker's tasks."
              + " Default: ${DEFAULT-VALUE}.")
  private int leaseSeconds = 15;

  @Option(
      names = "--heartbeat-seconds",
      paramLabel = "N",
      description = "How often it gives one; less than half the lease. Default: ${DEFAULT-VALUE}.")
  private int heartbeatSeconds = 5;

  @Option(
      names = "--reclaim-interval-seconds",
      paramLabel = "N",
      description =
          "How often it looks for dead workers. The tasks of a killed one are back after two looks."
              + " Default: ${DEFAULT-VALUE}.")
  private int reclaimIntervalSeconds = 1;

  @Option(
      names = "--poll-min-backoff",
      paramLabel = "DURATION",
      description =
          "How soon an idle worker looks for work that nobody announced to it. Default: 100ms.")
  private Duration pollMinBackoff = Duration.ofMillis(100);

  @Option(
      names = "--poll-max-backoff",
      paramLabel = "DURATION",
      description =
          "It looks half as often each time that it finds none, down to this. Default: 5s.")
  private Duration pollMaxBackoff = Duration.ofSeconds(5);

  /// Looks at all that was given.
  ///
  /// @throws CommandFailure when a value is out of range, or contradicts another
  public void check() {
    atLeast(1, "--lease-seconds", leaseSeconds);
    atLeast(1, "--heartbeat-seconds", heartbeatSeconds);
    atLeast(1, "--reclaim-interval-seconds", reclaimIntervalSeconds);
    if (2L * heartbeatSeconds >= leaseSeconds) {
      throw new CommandFailure(
          "--heartbeat-seconds must be less than half of --lease-seconds, was "
              + heartbeatSeconds
              + " of "
              + leaseSeconds);
    }
    if (!pollMinBackoff.isPositive()) {
      throw new CommandFailure("--poll-min-backoff must be positive, was 0");
    }
    if (pollMaxBackoff.compareTo(pollMinBackoff) < 0) {
      throw new CommandFailure(
          "--poll-max-backoff must be at least --poll-min-backoff, was %s ms of %s ms"
              .formatted(pollMaxBackoff.toMillis(), pollMinBackoff.toMillis()));
    }
  }

  /// Tells `builder` all that was given, and checked.
  public ReproqBuilder applyTo(ReproqBuilder builder) {
    return builder
        .lease(Duration.ofSeconds(leaseSeconds), Duration.ofSeconds(heartbeatSeconds))
        .pace(new Pace(pollMinBackoff, pollMaxBackoff, Duration.ofSeconds(reclaimIntervalSeconds)));
  }
}
