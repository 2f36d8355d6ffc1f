package io.reproq.store;

/// What became of a wish to give a failed task up.
public enum Discarded {
  /// It is CANCELLED now, and says so among its errors.
  CANCELLED,
  /// There is no such task, or it is not FAILED: nothing was done.
  NOT_FAILED
}
