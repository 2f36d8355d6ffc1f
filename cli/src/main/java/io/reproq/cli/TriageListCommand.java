package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.FailedQuery;
import io.reproq.store.TaskRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `reproq triage list`.
@Command(
    name = "list",
    header = "List failed tasks, the newest failure first.",
    description =
        "Columns are separated by tabs. With --json, one object a line, with the columns of"
            + " task_runs.",
    footer = {
      "",
      "Examples:",
      "  reproq triage list",
      "  reproq triage list --queue mail --limit 10",
      "  reproq triage list --limit 1000 --json | jq -r .last_error | sort | uniq -c"
    })
final class TriageListCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  private int limit = 50;

  @Option(names = "--queue", paramLabel = "NAME", description = "Only tasks of this queue.")
  private @Nullable String queue;

  @Option(names = "--task-path", paramLabel = "PATH", description = "Only tasks of this code.")
  private @Nullable String taskPath;

  @Option(names = "--json", description = "Print a JSON object for each task, one a line.")
  private boolean json;

  TriageListCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    atLeast(1, "--limit", limit);
    try (var store = database.open()) {
      var failed = store.failed(FailedQuery.newest(limit).inQueue(queue).ofPath(taskPath));
      var out = common.out();
      if (json) {
        failed.forEach(run -> out.println(TaskRunJson.of(run)));
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
