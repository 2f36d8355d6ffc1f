package io.reproq.worker;

import io.reproq.store.Settled;
import io.reproq.store.Settlement;

/// Told of every outcome once it is on record, or was refused. Called by the thread that wrote it,
/// which it holds up: by one for all, and by that of an attempt that ended itself.
@FunctionalInterface
public interface SettlementListener {
  void settled(Attempt attempt, Settlement settlement, Settled answer);
}
