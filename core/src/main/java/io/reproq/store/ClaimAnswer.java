package io.reproq.store;

import java.util.List;

/// What a claim brought.
public sealed interface ClaimAnswer {

  /// The worker lives, and holds these tasks now, best rank first within each queue.
  ///
  /// @param moved tasks were moved out of the way: there may be more behind them, claim again at
  ///   once
  record Taken(List<ClaimedTask> tasks, boolean moved) implements ClaimAnswer {
    public Taken {
      tasks = List.copyOf(tasks);
    }
  }

  /// The worker is dead, or was never entered. It holds nothing and gets nothing.
  record WorkerGone() implements ClaimAnswer {}
}
