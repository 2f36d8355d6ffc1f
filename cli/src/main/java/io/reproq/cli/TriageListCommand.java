package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.FailedQuery;
import io.reproq.store.TaskRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq triage list`.
@Command(
    name = "list",
    header = "List failed tasks, the newest failure first.",
    description =
        "Columns are separated by tabs. With --json, an array of objects with the columns of"
            + " task_runs.",
    footer = {
      "",
      "Examples:",
      "  reproq triage list",
      "  reproq triage list --queue mail --limit 10",
      "  reproq triage list --limit 1000 --json | jq -r '.[].last_error' | sort | uniq -c"
    })
final class TriageListCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  private int limit = 50;

  @Option(names = "--queue", paramLabel = "NAME", description = "Only tasks of this queue.")
  private @Nullable String queue;

  @Option(names = "--task-path", paramLabel = "PATH", description = "Only tasks of this code.")
  private @Nullable String taskPath;

  TriageListCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    atLeast(1, "--limit", limit);
    var failed = failed();
    var out = common.out();
    if (answer.isJson()) {
      var list = JsonNodeFactory.instance.arrayNode();
      failed.forEach(found -> list.add(found.database().mark(TaskRunJson.of(found.run()))));
      out.println(list);
    } else if (failed.isEmpty()) {
      out.println("No failed tasks.");
    } else {
      out.println(String.join("\t", "ID", "Queue", "Task", "Attempts", "FailedAt", "LastError"));
      failed.forEach(found -> out.println(row(found)));
    }
  }

  /// Those of all databases, or of the queue's.
  private List<Found> failed() {
    var databases = queue == null ? database.all() : List.of(database.ofQueue(queue));
    var query = FailedQuery.newest(limit).inQueue(queue).ofPath(taskPath);
    var found = new ArrayList<Found>();
    for (var one : databases) {
      try (var store = one.open()) {
        store.failed(query).forEach(run -> found.add(new Found(one, run)));
      }
    }
    return databases.size() == 1
        ? found
        : found.stream().sorted(Comparator.comparing(Found::at).reversed()).limit(limit).toList();
  }

  private static String row(Found found) {
    var run = found.run();
    var error = run.result().lastError();
    return String.join(
        "\t",
        found.database().id(run.resultId()),
        run.queue(),
        run.taskPath(),
        TaskRunText.attemptsOf(run),
        String.valueOf(run.times().failedAt()),
        error == null ? "" : error.replaceAll("\\s+", " ").strip());
  }

  private record Found(NamedDatabase database, TaskRun run) {
    Instant at() {
      return Objects.requireNonNullElse(run.times().failedAt(), Instant.MIN);
    }
  }
}
