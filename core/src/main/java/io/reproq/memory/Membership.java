package io.reproq.memory;

import io.reproq.store.NewTask.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A row's part in a workflow. Mutable, used under the store's lock only.
final class Membership {
  final MemoryWorkflow workflow;
  final List<Row> predecessors;
  final List<Row> dependants = new ArrayList<>();

  private final Moment start;

  /// The row without which this one could not run, 0 when it ended by itself.
  long failedWith;

  Membership(MemoryWorkflow workflow, List<Row> predecessors, Moment start) {
    this.workflow = workflow;
    this.predecessors = predecessors;
    this.start = start;
  }

  /// How long a row that was enqueued at `enqueuedAt` must not start, seen from `now`.
  Duration delay(Instant enqueuedAt, Instant now) {
    return start.from(enqueuedAt).minus(Duration.between(enqueuedAt, now));
  }
}
