package io.reproq.worker;

import io.reproq.task.Outcome;
import java.util.List;

/// Stands around the handlers of a worker: sees each attempt before and after its handler, and may
/// change what comes of it. Called by many threads at once, one per attempt, on the attempt's
/// thread.
@FunctionalInterface
public interface AttemptFilter {
  /// Runs `attempt` by calling `next`, once, or not at all.
  ///
  /// @throws Exception what `next` threw, or anything; it becomes a failed attempt that may be
  ///   retried
  Outcome run(Attempt attempt, AttemptHandler next) throws Exception;

  /// `handler` within `filters`, of which the first is the outermost.
  static AttemptHandler around(AttemptHandler handler, List<AttemptFilter> filters) {
    var wrapped = handler;
    for (var filter : filters.reversed()) {
      var next = wrapped;
      wrapped = attempt -> filter.run(attempt, next);
    }
    return wrapped;
  }
}
