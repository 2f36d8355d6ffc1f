package io.reproq.cli.look;

import io.reproq.cli.database.Answers;
import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq workers`.
@Command(
    name = "workers",
    header = "List the workers, and how they are.",
    description = {
      "Columns are separated by tabs. A worker is living when it was heard of within two of its"
          + " heartbeats, stale when not, and dead when its lease is over: any other worker takes"
          + " its tasks back and strikes it out; where none runs, prune workers does. Judged by"
          + " this machine's clock, while the times are the database's: doctor tells how far the"
          + " two are apart. Workers themselves judge by the database's clock.",
      "Of several databases it lists all, and ends with 1 when one of them does not answer."
    },
    footer = {
      "",
      "Examples:",
      "  reproq workers",
      "  reproq workers --json | jq -r '.[] | select(.state != \"living\") | .worker_id'"
    })
public final class WorkersCommand implements Callable<Integer> {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  public WorkersCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public Integer call() {
    var all = database.all();
    var workers = Answers.of(all, TaskStore::workers);
    var now = TimeSource.system().now();
    answer.give(
        () -> toJson(workers.given(), now),
        () -> table(workers.given(), now, all.getFirst().isAlone()));
    return workers.judge(common.err());
  }

  private static ArrayNode toJson(Map<NamedDatabase, List<WorkerRow>> workers, Instant now) {
    var out = JsonNodeFactory.instance.arrayNode();
    workers.forEach((database, rows) ->
        rows.forEach(worker -> out.add(database.mark(WorkerJson.of(worker, now)))));
    return out;
  }

  private static String table(
      Map<NamedDatabase, List<WorkerRow>> workers, Instant now, boolean isAlone) {
    var rows =
        workers.entrySet().stream()
            .flatMap(entry ->
                entry.getValue().stream()
                    .map(worker ->
                        row(worker, now) + (isAlone ? "" : "\t" + entry.getKey().alias())))
            .toList();
    if (rows.isEmpty()) {
      return "No workers.";
    }
    var header =
        "Worker\tState\tVersion\tQueues\tRunning\tConcurrency\tStartedAt\tLastSeenAt"
            + (isAlone ? "" : "\tDatabase");
    return rows.stream()
        .collect(Collectors.joining(System.lineSeparator(), header + System.lineSeparator(), ""));
  }

  private static String row(WorkerRow worker, Instant now) {
    var info = worker.info();
    return String.join(
        "\t",
        info.workerId(),
        WorkerState.of(worker, now).label(),
        info.version(),
        String.join(",", info.queues()),
        Integer.toString(worker.running()),
        Integer.toString(info.concurrency()),
        worker.startedAt().toString(),
        worker.lastSeenAt().toString());
  }
}
