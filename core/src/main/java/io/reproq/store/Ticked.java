package io.reproq.store;

import java.time.Instant;
import java.util.List;

/// What became of a schedule's turn.
public sealed interface Ticked {
  /// It has moved on. A tick that is neither among the runs nor skipped had been enqueued before.
  ///
  /// @param runs what was enqueued, oldest first
  /// @param skipped the ticks left out because the task of an earlier one is not over
  record Done(List<Run> runs, List<Instant> skipped) implements Ticked {
    public Done {
      runs = List.copyOf(runs);
      skipped = List.copyOf(skipped);
    }
  }

  /// Somebody else was faster, or has changed it: nothing was done.
  record Stale() implements Ticked {}

  /// One run.
  record Run(Instant scheduledAt, long resultId) {}
}
