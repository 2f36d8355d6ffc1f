package io.reproq.cli.look;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.Queues;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Single frames as one JSON document. Where there are several databases, each entry has the alias
/// of its own, and `unanswered` has those that did not answer.
final class FrameJson {
  private final ObjectNode out = JsonNodeFactory.instance.objectNode();
  private final ArrayNode queues;
  private final ArrayNode workers;
  private final ArrayNode failures;

  private FrameJson(Instant at) {
    out.put("at", at.toString());
    queues = out.putArray("queues");
    workers = out.putArray("workers");
    failures = out.putArray("failures");
  }

  static ObjectNode of(List<Watched> all, Instant at) {
    var json = new FrameJson(at);
    for (var one : all) {
      var frame = one.frame();
      if (frame != null) {
        json.add(one.database(), frame);
      }
    }
    if (all.stream().noneMatch(one -> one.database().isAlone())) {
      json.addUnanswered(all);
    }
    return json.out;
  }

  private void add(NamedDatabase database, Frame frame) {
    for (var queue : frame.queues()) {
      var entry = queues.addObject().put("queue_name", queue);
      for (var status : TaskStatus.values()) {
        entry.put(status.name().toLowerCase(Locale.ROOT), frame.count(queue, status));
      }
      entry.put("per_second", frame.rate(null, queue));
      entry.put("paused", frame.paused().contains(queue) || frame.paused().contains(Queues.ALL));
      database.mark(entry);
    }
    for (var worker : frame.workers()) {
      workers.add(database.mark(WorkerJson.of(worker, frame.at())));
    }
    for (var run : frame.failures()) {
      database.mark(
          failures
              .addObject()
              .put("result_id", run.resultId())
              .put("queue_name", run.queue())
              .put("task_path", run.taskPath())
              .put("failed_at", String.valueOf(run.times().failedAt()))
              .put("last_error", run.result().lastError()));
    }
  }

  private void addUnanswered(List<Watched> all) {
    var unanswered = out.putArray("unanswered");
    for (var one : all) {
      if (one.silence() != null) {
        one.database().mark(unanswered.addObject().put("error", one.silence()));
      }
    }
  }
}
