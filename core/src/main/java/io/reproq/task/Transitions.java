package io.reproq.task;

import static io.reproq.task.TaskStatus.CANCELLED;
import static io.reproq.task.TaskStatus.FAILED;
import static io.reproq.task.TaskStatus.SUCCESSFUL;

import io.reproq.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The one place that decides where a task goes next. Pure: no clock, no database, no logging, no
/// randomness. `docs/state-machine.md` draws what stands here, and a test compares the two.
///
/// The switches over [Event] have a `default`: an event that a place does not name means nothing
/// there, so a new event changes nothing anywhere until an arrow is drawn for it.
public final class Transitions {
  private Transitions() {}

  /// The place after `event`, or empty when the event means nothing in `place` and changes nothing.
  public static Optional<Place> after(Place place, Event event) {
    return Optional.ofNullable(
        switch (place) {
          case Place.Ready(var attempts) -> afterReady(attempts, event);
          case Place.Deferred(var attempts, var delay) -> afterBlocked(attempts, event);
          case Place.Parked(var attempts, var key) -> afterBlocked(attempts, event);
          case Place.Waiting waiting -> afterWaiting(event);
          case Place.Running(var attempt) -> afterRunning(attempt, event);
          case Place.Finished(var outcome, var attempts) ->
              outcome == FAILED ? afterFailed(attempts, event) : null;
        });
  }

  /// Where attempt number `attempt` leads when it ends as `outcome`.
  ///
  /// @param draw random number from 0 to 1 for the jitter of a retry
  public static Place settled(int attempt, Outcome outcome, RetryPolicy retry, double draw) {
    return switch (outcome) {
      case Outcome.Succeeded succeeded -> new Place.Finished(SUCCESSFUL, attempt);
      case Outcome.Failed(var failure, var retryable)
          when retryable && retry.allows(attempt) && retry.isRetryable(failure.exceptionClass()) ->
          later(attempt, retry.delayAfter(attempt, draw));
      case Outcome.Failed failed -> new Place.Finished(FAILED, attempt);
      case Outcome.Snoozed(var delay) -> later(attempt - 1, delay);
      case Outcome.Cancelled cancelled -> new Place.Finished(CANCELLED, attempt);
      case Outcome.GivenBack givenBack -> new Place.Ready(attempt - 1);
    };
  }

  /// Where attempt number `attempt` leads when the worker that ran it died.
  ///
  /// @param cancelRequested whether somebody wants the task stopped, which goes before everything
  public static Place reclaimed(int attempt, RetryPolicy retry, boolean cancelRequested) {
    if (cancelRequested) {
      return new Place.Finished(CANCELLED, attempt);
    }
    return retry.allows(attempt) ? new Place.Ready(attempt) : new Place.Finished(FAILED, attempt);
  }

  /// Where a task goes for which a cancel was requested when it should go to `next`: to its end.
  public static Place underCancel(Place next) {
    return switch (next) {
      case Place.Ready(var attempts) -> new Place.Finished(CANCELLED, attempts);
      case Place.Deferred(var attempts, var delay) -> new Place.Finished(CANCELLED, attempts);
      case Place.Parked(var attempts, var key) -> new Place.Finished(CANCELLED, attempts);
      case Place.Waiting waiting -> new Place.Finished(CANCELLED, 0);
      case Place.Running(var attempt) -> new Place.Finished(CANCELLED, attempt - 1);
      case Place.Finished finished -> finished;
    };
  }

  /// Where a new task begins.
  ///
  /// @param delay how long it must not start; zero or less means that it may at once
  public static Place first(Duration delay) {
    return later(0, delay);
  }

  private static @Nullable Place afterReady(int attempts, Event event) {
    return switch (event) {
      case Event.Claim claim -> new Place.Running(attempts + 1);
      case Event.Park(var key) -> new Place.Parked(attempts, key);
      case Event.Cancel cancel -> new Place.Finished(CANCELLED, attempts);
      case Event.Expire expire -> new Place.Finished(CANCELLED, attempts);
      default -> null;
    };
  }

  private static @Nullable Place afterBlocked(int attempts, Event event) {
    return switch (event) {
      case Event.Promote promote -> new Place.Ready(attempts);
      case Event.Cancel cancel -> new Place.Finished(CANCELLED, attempts);
      case Event.Expire expire -> new Place.Finished(CANCELLED, attempts);
      default -> null;
    };
  }

  private static @Nullable Place afterWaiting(Event event) {
    return switch (event) {
      case Event.Release(var delay) -> later(0, delay);
      case Event.Cancel cancel -> new Place.Finished(CANCELLED, 0);
      case Event.Expire expire -> new Place.Finished(CANCELLED, 0);
      case Event.Strand strand -> new Place.Finished(FAILED, 0);
      default -> null;
    };
  }

  private static @Nullable Place afterRunning(int attempt, Event event) {
    return switch (event) {
      case Event.Settle(var outcome, var retry, var draw) -> settled(attempt, outcome, retry, draw);
      case Event.Reclaim(var retry) -> reclaimed(attempt, retry, false);
      default -> null;
    };
  }

  private static @Nullable Place afterFailed(int attempts, Event event) {
    return switch (event) {
      case Event.Retry retry -> new Place.Ready(0);
      case Event.Discard discard -> new Place.Finished(CANCELLED, attempts);
      case Event.Revive(var predecessors) -> new Place.Waiting(predecessors);
      default -> null;
    };
  }

  private static Place later(int attempts, Duration delay) {
    return delay.isPositive() ? new Place.Deferred(attempts, delay) : new Place.Ready(attempts);
  }
}
