package io.reproq.worker;

import io.reproq.store.Settled;
import io.reproq.store.Settlement;

/// Told of every outcome once it is on record, or was refused. Called by one thread, which it holds
/// up.
@FunctionalInterface
public interface SettlementListener {
  void settled(Attempt attempt, Settlement settlement, Settled answer);
}
