package io.reproq.store;

/// What became of a wish for a task like an earlier one.
public sealed interface Replayed {

  /// There is one now, `resultId`.
  record Enqueued(long resultId) implements Replayed {}

  /// There never was such an earlier task, or it was deleted.
  record Unknown() implements Replayed {}

  /// None was enqueued: it was to be the only unfinished one of its spec, and `twinId` is that now,
  /// which may be the earlier task itself.
  record TwinActive(long twinId) implements Replayed {}
}
