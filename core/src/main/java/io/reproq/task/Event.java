package io.reproq.task;

import io.reproq.retry.RetryPolicy;
import java.time.Duration;
import java.util.Locale;

/// What can happen to a task.
public sealed interface Event {

  /// A worker takes it.
  record Claim() implements Event {}

  /// A claim found it blocked by what `key` names.
  record Park(String key) implements Event {}

  /// It is due, or what blocked it is gone.
  record Promote() implements Event {}

  /// Its last predecessor succeeded.
  ///
  /// @param delay how long it must not start yet; zero or less means that it may at once
  record Release(Duration delay) implements Event {}

  /// Its attempt ended.
  ///
  /// @param draw random number from 0 to 1 for the jitter of a retry
  record Settle(Outcome outcome, RetryPolicy retry, double draw) implements Event {}

  /// The worker that ran it is dead.
  record Reclaim(RetryPolicy retry) implements Event {}

  /// Somebody wants it stopped, and no attempt is under way.
  record Cancel() implements Event {}

  /// Its time to start ran out.
  record Expire() implements Event {}

  /// A predecessor failed or was cancelled: it can never run.
  record Strand() implements Event {}

  /// An operator gives a failed task new attempts.
  record Retry() implements Event {}

  /// An operator gives a failed task up.
  record Discard() implements Event {}

  /// A predecessor was retried: the task that failed with it waits for `predecessors` again.
  record Revive(int predecessors) implements Event {}

  /// The event's name in the chart.
  default String label() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
