package io.reproq.store;

import io.reproq.task.Place;

/// What became of a settlement.
public sealed interface Settled {

  /// It holds. `place` is where the task went: its end, when a cancel was requested meanwhile.
  record Applied(Place place) implements Settled {}

  /// Refused: the attempt does not hold the task any more. Nothing was written.
  record Stale() implements Settled {}
}
