package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.TaskIds;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
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
    var document = JsonNodeFactory.instance.arrayNode();
    tasks
        .in(database)
        .forEach((one, ids) -> {
          try (var store = one.open()) {
            var answers = store.cancel(ids);
            for (var i = 0; i < ids.size(); i++) {
              one.mark(
                  document
                      .addObject()
                      .put("result_id", ids.get(i))
                      .put("answer", answers.get(i).name()));
              if (!answer.isJson()) {
                common.out().println(line(one.id(ids.get(i)), answers.get(i)));
              }
            }
          }
        });
    if (answer.isJson()) {
      common.out().println(document);
    }
  }

  private static String line(String id, CancelAnswer answer) {
    return switch (answer) {
      case CANCELLED -> "Cancelled task " + id;
      case REQUESTED -> "Cancellation requested for task " + id;
      case NOT_ACTIVE -> "No RUNNING task found for result_id " + id;
    };
  }
}
