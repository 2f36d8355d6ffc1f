package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.TaskId;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `reproq get`.
@Command(
    name = "get",
    header = "Show one task.",
    footer = {"", "Examples:", "  reproq get 42", "  reproq get 42 --json"})
final class GetCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private TaskId task = new TaskId();

  GetCommand(Surroundings surroundings) {
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
      answer.give(() -> one.mark(TaskRunJson.of(run)), () -> TaskRunText.of(run, one));
    }
  }
}
