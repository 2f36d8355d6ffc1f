package io.reproq.store;

/// What became of a wish to run a failed task again.
public sealed interface Retried {

  /// It is ready, with all its attempts before it.
  record Ready() implements Retried {}

  /// There is no such task, or it is not FAILED: nothing was done.
  record NotFailed() implements Retried {}

  /// It waits for its predecessors in a workflow again, of which the same call has retried some.
  record Waiting() implements Retried {}

  /// It stays FAILED: it cannot run without `failedId`, which is FAILED or CANCELLED. When that is
  /// retried, this one waits for it by itself.
  record Blocked(long failedId) implements Retried {}

  /// It stays FAILED: it was to be the only unfinished one of its spec, and `twinId` is that now.
  record TwinActive(long twinId) implements Retried {}
}
