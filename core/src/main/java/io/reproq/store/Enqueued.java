package io.reproq.store;

/// What became of a task that was to be enqueued.
public sealed interface Enqueued {
  /// The task to follow.
  long resultId();

  /// It is new.
  record Created(long resultId) implements Enqueued {}

  /// An unfinished task of the same spec stands in for it.
  record Duplicate(long resultId) implements Enqueued {}
}
