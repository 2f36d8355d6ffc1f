package io.reproq.cli.worker;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.StopSignal;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A worker at work, until it is told to stop: once for a stop that lets tasks finish, twice for
/// one that does not.
///
/// @param worker its name, for people
/// @param offer what it asks for and how much of it, for people
/// @param patience how long running tasks may take to finish at a stop
public record Shift(String worker, String offer, Duration patience) {
  private static final Logger log = LoggerFactory.getLogger(Shift.class);

  /// Starts `run`, waits for the signal and stops it.
  ///
  /// @throws CommandFailure when it cannot be started
  public void work(WorkerRun run, StopSignal stop) throws InterruptedException {
    stop.listen();
    stop.whenRepeated(run::stopNow);
    start(run);
    log.info("worker {} is ready: {}, {}", worker, String.join(" and ", run.databases()), offer);
    stop.await();
    log.info("worker {} stops: running tasks have {} s", worker, patience.toSeconds());
    var left = run.stopGracefully(patience);
    log.info("worker {} has stopped; gave back {} unfinished tasks", worker, left);
  }

  private static void start(WorkerRun run) {
    try {
      run.start();
    } catch (IllegalStateException e) {
      // An executor that cannot run what it was told to says what is missing.
      throw new CommandFailure(String.valueOf(e.getMessage()));
    }
  }
}
