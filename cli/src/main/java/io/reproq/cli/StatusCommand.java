package io.reproq.cli;

import io.reproq.cli.look.WorkerJson;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.QueueStatus;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reproq status`.
@Command(
    name = "status",
    header = "Count the tasks by status and queue; list the workers.",
    footer = {"", "Examples:", "  reproq status", "  reproq status --json"})
final class StatusCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  StatusCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    try (var store = database.open()) {
      var queues = queues(store.counts());
      if (answer.isJson()) {
        common.out().println(toJson(queues, store));
      } else {
        print(store, queues);
      }
    }
  }

  private static Map<String, Map<TaskStatus, Long>> queues(Map<QueueStatus, Long> counts) {
    var queues = new TreeMap<String, Map<TaskStatus, Long>>();
    counts.forEach((key, count) -> {
      if (count != 0) {
        queues
            .computeIfAbsent(key.queue(), queue -> new EnumMap<>(TaskStatus.class))
            .put(key.status(), count);
      }
    });
    return queues;
  }

  private static Map<TaskStatus, Long> total(Map<String, Map<TaskStatus, Long>> queues) {
    var total = new EnumMap<TaskStatus, Long>(TaskStatus.class);
    queues
        .values()
        .forEach(queue -> queue.forEach((status, count) -> total.merge(status, count, Long::sum)));
    return total;
  }

  private static ObjectNode toJson(Map<String, Map<TaskStatus, Long>> queues, TaskStore store) {
    var out = JsonNodeFactory.instance.objectNode();
    fill(out.putObject("tasks"), total(queues));
    var byQueue = out.putObject("queues");
    queues.forEach((name, counts) -> fill(byQueue.putObject(name), counts));
    var paused = out.putArray("paused");
    for (var pause : store.queues().pauses()) {
      paused
          .addObject()
          .put("queue_name", pause.queue())
          .put("paused_at", pause.since() == null ? null : pause.since().toString())
          .put("reason", pause.reason());
    }
    var list = out.putArray("workers");
    var now = TimeSource.system().now();
    store.workers().forEach(worker -> list.add(WorkerJson.of(worker, now)));
    return out;
  }

  private static void fill(ObjectNode out, Map<TaskStatus, Long> counts) {
    counts.forEach((status, count) -> out.put(status.name(), count));
  }

  private void print(TaskStore store, Map<String, Map<TaskStatus, Long>> queues) {
    var out = common.out();
    out.println(store.describe());
    if (queues.isEmpty()) {
      out.println("no tasks");
    } else {
      var header = new StringBuilder("%-16s".formatted("queue"));
      for (var status : TaskStatus.values()) {
        header.append("%11s".formatted(status));
      }
      out.println(header);
      queues.forEach((name, counts) -> out.println(row(name, counts)));
    }
    for (var pause : store.queues().pauses()) {
      out.printf(
          "%s paused%s%s%n",
          QueueTarget.named(pause.queue()),
          pause.since() == null ? "" : " since " + pause.since(),
          pause.reason() == null ? "" : ": " + pause.reason());
    }
    var workers = store.workers();
    out.println(workers.isEmpty() ? "no workers" : "workers");
    for (var worker : workers) {
      var info = worker.info();
      out.printf(
          "  %s: runs %d of %d, queues %s, last seen %s%n",
          info.workerId(),
          worker.running(),
          info.concurrency(),
          String.join(",", info.queues()),
          worker.lastSeenAt());
    }
  }

  private static String row(String name, Map<TaskStatus, Long> counts) {
    var row = new StringBuilder("%-16s".formatted(name));
    for (var status : TaskStatus.values()) {
      row.append("%11d".formatted(counts.getOrDefault(status, 0L)));
    }
    return row.toString();
  }
}
