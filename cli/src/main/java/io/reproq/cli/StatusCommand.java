package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.look.WorkerJson;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.task.TaskStatus;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
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
    var seen = database.all().stream().map(DatabaseStatus::of).toList();
    if (answer.isJson()) {
      common.out().println(toJson(seen));
    } else {
      seen.forEach(this::print);
    }
  }

  private static ObjectNode toJson(List<DatabaseStatus> seen) {
    var out = JsonNodeFactory.instance.objectNode();
    fill(out.putObject("tasks"), DatabaseStatus.sum(seen.stream().flatMap(DatabaseStatus::each)));
    var byQueue = out.putObject("queues");
    DatabaseStatus.queues(seen).forEach((name, counts) -> fill(byQueue.putObject(name), counts));
    var paused = out.putArray("paused");
    var workers = out.putArray("workers");
    var now = TimeSource.system().now();
    for (var one : seen) {
      for (var pause : one.pauses()) {
        one.database()
            .mark(
                paused
                    .addObject()
                    .put("queue_name", pause.queue())
                    .put("paused_at", pause.since() == null ? null : pause.since().toString())
                    .put("reason", pause.reason()));
      }
      one.workers().forEach(worker -> workers.add(one.database().mark(WorkerJson.of(worker, now))));
    }
    if (seen.size() > 1) {
      addEach(out.putArray("databases"), seen);
    }
    return out;
  }

  private static void addEach(ArrayNode out, List<DatabaseStatus> seen) {
    for (var one : seen) {
      var entry = out.addObject().put("alias", one.database().alias());
      fill(entry.putObject("tasks"), DatabaseStatus.sum(one.each()));
      var byQueue = entry.putObject("queues");
      one.queues().forEach((name, counts) -> fill(byQueue.putObject(name), counts));
    }
  }

  private static void fill(ObjectNode out, Map<TaskStatus, Long> counts) {
    counts.forEach((status, count) -> out.put(status.name(), count));
  }

  private void print(DatabaseStatus seen) {
    var out = common.out();
    var database = seen.database();
    out.println((database.isAlone() ? "" : database.alias() + ": ") + seen.described());
    if (seen.queues().isEmpty()) {
      out.println("no tasks");
    } else {
      var header = new StringBuilder("%-16s".formatted("queue"));
      for (var status : TaskStatus.values()) {
        header.append("%11s".formatted(status));
      }
      out.println(header);
      seen.queues().forEach((name, counts) -> out.println(row(name, counts)));
    }
    for (var pause : seen.pauses()) {
      out.printf(
          "%s paused%s%s%n",
          QueueTarget.named(pause.queue()),
          pause.since() == null ? "" : " since " + pause.since(),
          pause.reason() == null ? "" : ": " + pause.reason());
    }
    var workers = seen.workers();
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
