package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.TaskId;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.TaskRun;
import io.reproq.task.TaskStatus;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq triage inspect`.
@Command(
    name = "inspect",
    header = "Show one failed task: its description, and the error of every attempt.",
    footer = {
      "",
      "Examples:",
      "  reproq triage inspect 42",
      "  reproq triage inspect --id 42 --json"
    })
final class TriageInspectCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private TaskId task = new TaskId();

  TriageInspectCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var one = database.of(task.name());
    var id = task.name().id();
    try (var store = one.open()) {
      var found = store.find(List.of(id));
      if (found.isEmpty()) {
        throw new CommandFailure("there is no task " + one.id(id) + " in " + store.describe());
      }
      var run = found.getFirst();
      if (run.standing().status() != TaskStatus.FAILED) {
        throw new CommandFailure(
            "task %s is %s, and only FAILED tasks are inspected here: reproq get %s shows it"
                .formatted(one.id(id), run.standing().status(), one.id(id)));
      }
      if (answer.isJson()) {
        common.out().println(one.mark(TaskRunJson.of(run)));
      } else {
        print(common.out(), run, one.id(id));
      }
    }
  }

  private static void print(PrintWriter out, TaskRun run, String id) {
    out.println("Result ID: " + id);
    out.println("Queue: " + run.queue());
    out.println("Task Path: " + run.taskPath());
    out.println("Status: " + run.standing().status());
    out.println("Attempts: " + TaskRunText.attemptsOf(run));
    out.println("Failed At: " + run.times().failedAt());
    out.println("Last Error: " + run.result().lastError());
    out.println("Spec JSON: " + run.spec().tree().toPrettyString());
    out.println("Errors JSON: " + TaskRunJson.errors(run).toPrettyString());
  }
}
