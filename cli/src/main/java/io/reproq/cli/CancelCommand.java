package io.reproq.cli;

import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.cli.option.TaskIds;
import io.reproq.store.CancelAnswer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq cancel`.
@Command(
    name = "cancel",
    header = "Stop tasks, before they start or while they run.",
    description = {
      "A task that has not started never will. A running one is interrupted by its worker, within"
          + " two seconds; what it does nevertheless to its end counts. A task that is over stays"
          + " as it is."
    },
    footer = {"", "Examples:", "  reproq cancel 42", "  reproq cancel 42 43 44 --json"})
final class CancelCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @ArgGroup(multiplicity = "1")
  private TaskIds tasks = new TaskIds();

  CancelCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var ids = tasks.all();
    try (var store = database.open()) {
      var answers = store.cancel(ids);
      if (answer.isJson()) {
        var out = JsonNodeFactory.instance.arrayNode();
        for (var i = 0; i < ids.size(); i++) {
          out.addObject().put("result_id", ids.get(i)).put("answer", answers.get(i).name());
        }
        common.out().println(out);
      } else {
        for (var i = 0; i < ids.size(); i++) {
          common.out().println(line(ids.get(i), answers.get(i)));
        }
      }
    }
  }

  private static String line(long id, CancelAnswer answer) {
    return switch (answer) {
      case CANCELLED -> "Cancelled task " + id;
      case REQUESTED -> "Cancellation requested for task " + id;
      case NOT_ACTIVE -> "No RUNNING task found for result_id " + id;
    };
  }
}
