package io.reproq.task;

import io.reproq.json.Json;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an attempt came to. One record per kind, holding only what that kind knows.
public sealed interface Outcome {

  /// The work is done; `result` is kept with the task.
  record Succeeded(Json result) implements Outcome {}

  /// The work failed; not `retryable` means that another attempt would fail alike.
  record Failed(Failure failure, boolean retryable) implements Outcome {}

  /// Not yet: run again after `delay`, and do not count this attempt.
  record Snoozed(Duration delay) implements Outcome {
    public Snoozed {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("delay must not be negative, was " + delay);
      }
    }
  }

  /// Stopped on request; `failure` is of kind [FailureKind#CANCELLED].
  record Cancelled(Failure failure) implements Outcome {}

  /// Never begun, or broken off by a stopping worker: another one may have it, uncounted.
  record GivenBack() implements Outcome {}

  /// What went wrong, null when nothing did.
  default @Nullable Failure failure() {
    return switch (this) {
      case Failed(var failure, var retryable) -> failure;
      case Cancelled(var failure) -> failure;
      case Succeeded succeeded -> null;
      case Snoozed snoozed -> null;
      case GivenBack givenBack -> null;
    };
  }
}
