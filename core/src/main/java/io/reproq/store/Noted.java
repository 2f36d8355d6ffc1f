package io.reproq.store;

/// What became of a [Note].
public enum Noted {
  /// It is on record, by this call or by one before.
  WRITTEN,
  /// Refused: the attempt does not hold the task any more. Nothing was written.
  STALE
}
