package io.reproq.memory;

import io.reproq.store.WorkerInfo;
import io.reproq.store.WorkerRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One entered worker and the rows that it runs. Read and written under the store's lock only.
final class MemoryWorker {
  final WorkerInfo info;

  /// Its worker id as a list, shared by all rows that ran nowhere else.
  final List<String> alone;

  final List<Row> held = new ArrayList<>();
  Instant leasedUntil;

  private final Instant startedAt;
  private Instant lastSeenAt;
  private long beats;

  MemoryWorker(WorkerInfo info, Instant now) {
    this.info = info;
    this.alone = List.of(info.workerId());
    this.startedAt = now;
    this.lastSeenAt = now;
    this.leasedUntil = now.plus(info.lease());
  }

  void renew(Instant now) {
    beats++;
    lastSeenAt = now;
    leasedUntil = now.plus(info.lease());
  }

  long beats() {
    return beats;
  }

  void hold(Row row) {
    row.worker = this;
    row.heldAt = held.size();
    held.add(row);
  }

  /// Lets `row` go; the last one takes its place, so that this costs the same however many.
  void release(Row row) {
    var last = held.removeLast();
    if (last != row) {
      held.set(row.heldAt, last);
      last.heldAt = row.heldAt;
    }
    row.worker = null;
  }

  WorkerRow show() {
    return new WorkerRow(info, startedAt, lastSeenAt, leasedUntil, held.size(), beats);
  }
}
