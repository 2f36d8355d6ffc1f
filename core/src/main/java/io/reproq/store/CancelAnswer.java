package io.reproq.store;

/// What became of a wish to stop a task.
public enum CancelAnswer {
  /// It had not started, and never will.
  CANCELLED,
  /// It runs: its worker will stop it.
  REQUESTED,
  /// There is no such task, or it is over.
  NOT_ACTIVE
}
