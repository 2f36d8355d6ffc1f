package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.FailedQuery;
import io.reproq.store.TaskRun;
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
    try (var store = database.open()) {
      var failed = store.failed(FailedQuery.newest(limit).inQueue(queue).ofPath(taskPath));
      var out = common.out();
      if (answer.isJson()) {
        var list = JsonNodeFactory.instance.arrayNode();
        failed.forEach(run -> list.add(TaskRunJson.of(run)));
        out.println(list);
      } else if (failed.isEmpty()) {
        out.println("No failed tasks.");
      } else {
        out.println(String.join("\t", "ID", "Queue", "Task", "Attempts", "FailedAt", "LastError"));
        failed.forEach(run -> out.println(row(run)));
      }
    }
  }

  private static String row(TaskRun run) {
    var error = run.result().lastError();
    return String.join(
        "\t",
        String.valueOf(run.resultId()),
        run.queue(),
        run.taskPath(),
        TaskRunText.attemptsOf(run),
        String.valueOf(run.times().failedAt()),
        error == null ? "" : error.replaceAll("\\s+", " ").strip());
  }
}
