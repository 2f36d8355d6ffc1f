package io.reproq.worker;

import static io.reproq.worker.AttemptKeys.about;

import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells several listeners, in their order, and keeps what they throw from the engine.
final class GuardedListener implements AttemptListener {
  private static final Logger log = LoggerFactory.getLogger(GuardedListener.class);

  private final List<AttemptListener> listeners;

  GuardedListener(List<AttemptListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  @Override
  public void started(Attempt attempt) {
    for (var listener : listeners) {
      guard(attempt, () -> listener.started(attempt));
    }
  }

  @Override
  public void settled(Attempt attempt, Settlement settlement, Settled answer) {
    for (var listener : listeners) {
      guard(attempt, () -> listener.settled(attempt, settlement, answer));
    }
  }

  @Override
  public void lost(Attempt attempt) {
    for (var listener : listeners) {
      guard(attempt, () -> listener.lost(attempt));
    }
  }

  private static void guard(Attempt attempt, Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException | LinkageError | AssertionError e) {
      about(attempt, log.atError()).setCause(e).log("a listener failed, which changes nothing");
    }
  }
}
