package io.reproq.cli.look;

import io.reproq.store.WorkerRow;
import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A worker as JSON: the columns of `reproq_workers`, then what this program knows beyond them.
public final class WorkerJson {
  private WorkerJson() {}

  /// One worker.
  ///
  /// @param now by which its state is judged
  public static ObjectNode of(WorkerRow worker, Instant now) {
    var info = worker.info();
    var out = JsonNodeFactory.instance.objectNode().put("worker_id", info.workerId());
    out.put("incarnation", info.incarnation().toString());
    out.put("hostname", info.hostname());
    out.put("concurrency", info.concurrency());
    out.put("running", worker.running());
    var queues = out.putArray("queues");
    info.queues().forEach(queues::add);
    var handles = out.putArray("handles");
    info.handles().stream().sorted().forEach(handles::add);
    out.put("started_at", worker.startedAt().toString());
    out.put("last_seen_at", worker.lastSeenAt().toString());
    out.put("leased_until", worker.leasedUntil().toString());
    out.put("version", info.version());
    out.put("state", WorkerState.of(worker, now).label());
    return out;
  }
}
