package io.reproq.task;

import java.util.Locale;

/// Why an attempt, or a whole task, went wrong. The labels are the contract's.
public enum FailureKind {
  /// The handler threw, or reported an error.
  APP_ERROR,
  /// What runs the handler broke: no process, a timeout, a result that cannot be stored.
  INFRA_ERROR,
  /// Cancelled on request.
  CANCELLED,
  /// The task's path is not among those that may run.
  SECURITY_VIOLATION,
  /// The task's description cannot be read, or does not fit its handler.
  INVALID_SPEC,
  /// The worker died, or was cut off, during the attempt.
  LEASE_EXPIRY,
  /// A task that this one depends on failed or was cancelled.
  WORKFLOW_FAILED,
  /// Its time to start ran out.
  EXPIRED;

  /// The name in the database and in JSON.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The kind with that label.
  ///
  /// @throws IllegalArgumentException when there is none
  public static FailureKind of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
