package io.reproq.store;

import io.reproq.task.ClaimId;
import java.util.Set;

/// What a heartbeat learned.
public sealed interface RenewAnswer {

  /// The lease holds for its full length from now on.
  ///
  /// @param held every attempt that the store has under this worker
  record Alive(Set<Held> held) implements RenewAnswer {
    public Alive {
      held = Set.copyOf(held);
    }
  }

  /// The worker was declared dead. Its tasks are others'.
  record Gone() implements RenewAnswer {}

  /// One attempt, by its fence.
  ///
  /// @param attempt its number, from 1
  record Held(long resultId, ClaimId claimId, int attempt) {}
}
