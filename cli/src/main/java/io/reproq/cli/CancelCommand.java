package io.reproq.cli;

import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `reproq cancel`.
@Command(
    name = "cancel",
    header = "Stop a task, before it starts or while it runs.",
    footer = {"", "Example:", "  reproq cancel --id 42"})
final class CancelCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;

  @ArgGroup(multiplicity = "1")
  private Target target = new Target();

  CancelCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    var id = target.id();
    try (var store = database.open()) {
      var line =
          switch (store.cancel(List.of(id)).getFirst()) {
            case CANCELLED -> "Cancelled task " + id;
            case REQUESTED -> "Cancellation requested for task " + id;
            case NOT_ACTIVE -> "No RUNNING task found for result_id " + id;
          };
      common.out().println(line);
    }
  }

  /// The task, named one way or the other.
  static final class Target {
    @Option(names = "--id", paramLabel = "ID", required = true, description = "The task's id.")
    private @Nullable Long flag;

    @Parameters(paramLabel = "ID", description = "The same, without the flag.")
    private @Nullable Long argument;

    long id() {
      if (flag != null) {
        return flag;
      }
      if (argument != null) {
        return argument;
      }
      throw new CommandFailure("cancel needs the id of a task");
    }
  }
}
