package io.reproq.store;

/// What became of a wish to run a failed task again.
public sealed interface Retried {

  /// It is ready, with all its attempts before it.
  record Ready() implements Retried {}

  /// There is no such task, or it is not FAILED: nothing was done.
  record NotFailed() implements Retried {}

  /// It stays FAILED: it was to be the only unfinished one of its spec, and `twinId` is that now.
  record TwinActive(long twinId) implements Retried {}
}
