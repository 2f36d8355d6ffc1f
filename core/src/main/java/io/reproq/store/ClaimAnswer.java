package io.reproq.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a claim brought.
public sealed interface ClaimAnswer {

  /// The worker lives, and holds these tasks now, best rank first within each queue.
  ///
  /// @param moved tasks were moved out of the way: there may be more behind them, claim again at
  ///   once
  /// @param retryIn when the first of the tasks that wait in these queues for a token of a rate
  ///   limit may get one; null when none waits, or when that is not known
  record Taken(List<ClaimedTask> tasks, boolean moved, @Nullable Duration retryIn)
      implements ClaimAnswer {
    public Taken {
      tasks = List.copyOf(tasks);
    }

    /// Where no task waits for a token.
    public Taken(List<ClaimedTask> tasks, boolean moved) {
      this(tasks, moved, null);
    }
  }

  /// The worker is dead, or was never entered. It holds nothing and gets nothing.
  record WorkerGone() implements ClaimAnswer {}
}
