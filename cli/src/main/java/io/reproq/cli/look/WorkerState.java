package io.reproq.cli.look;

import io.reproq.store.WorkerRow;
import java.time.Instant;
import java.util.Locale;

/// How a worker seems to be, by when it was heard of last.
enum WorkerState {
  /// Heard of within two of its heartbeats.
  LIVING,
  /// Missed at least one heartbeat; its lease goes on.
  STALE,
  /// Its lease is over. Any other worker strikes it out; where none runs, `prune workers` does.
  DEAD;

  /// Judges the database's times by the clock of whoever looks. Where the two are apart, so is the
  /// judgement, and nothing but the eye of an operator may build on it.
  static WorkerState of(WorkerRow worker, Instant now) {
    if (now.isAfter(worker.leasedUntil())) {
      return DEAD;
    }
    var late = worker.lastSeenAt().plus(worker.info().heartbeat().multipliedBy(2));
    return now.isAfter(late) ? STALE : LIVING;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
