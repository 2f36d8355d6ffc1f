package io.reproq.cli.look;

import io.reproq.store.Queues;
import io.reproq.task.TaskStatus;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A frame as JSON.
final class FrameJson {
  private FrameJson() {}

  /// @param before the frame before this one, null for none
  static ObjectNode of(Frame frame, @Nullable Frame before) {
    var out = JsonNodeFactory.instance.objectNode().put("at", frame.at().toString());
    var queues = out.putArray("queues");
    for (var queue : frame.queues()) {
      var entry = queues.addObject().put("queue_name", queue);
      for (var status : TaskStatus.values()) {
        entry.put(status.name().toLowerCase(Locale.ROOT), frame.count(queue, status));
      }
      entry.put("per_second", frame.rate(before, queue));
      entry.put("paused", frame.paused().contains(queue) || frame.paused().contains(Queues.ALL));
    }
    var workers = out.putArray("workers");
    frame.workers().forEach(worker -> workers.add(WorkerJson.of(worker, frame.at())));
    var failures = out.putArray("failures");
    for (var run : frame.failures()) {
      failures
          .addObject()
          .put("result_id", run.resultId())
          .put("queue_name", run.queue())
          .put("task_path", run.taskPath())
          .put("failed_at", String.valueOf(run.times().failedAt()))
          .put("last_error", run.result().lastError());
    }
    return out;
  }
}
