package io.reproq.worker;

import io.reproq.store.Settled;
import io.reproq.store.Settlement;

/// Hears what becomes of one worker's attempts. Called by the worker's own threads, which it holds
/// up: it must be quick. What it throws is logged and changes nothing.
///
/// After [#started] comes [#settled] or [#lost], once, unless the process dies. Both may come
/// without it: for a task that cannot be read, and for one that is given back or lost before its
/// attempt began.
public interface AttemptListener {
  /// The handler of `attempt` is about to be called. On the thread that calls it.
  default void started(Attempt attempt) {}

  /// The outcome of `attempt` is on record, or was refused.
  default void settled(Attempt attempt, Settlement settlement, Settled answer) {}

  /// The task of `attempt` is another's now, so its outcome is not sent.
  default void lost(Attempt attempt) {}
}
