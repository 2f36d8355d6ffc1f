package io.reproq.worker;

import io.reproq.task.Outcome;

/// Runs the code of one task path. Called by many threads at once, one per attempt.
@FunctionalInterface
public interface AttemptHandler {
  /// Runs one attempt on the calling thread, which is interrupted when the attempt must stop.
  ///
  /// @throws Exception anything; it becomes a failed attempt that may be retried
  Outcome run(Attempt attempt) throws Exception;
}
