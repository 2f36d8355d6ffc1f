package io.reproq.cli.database;

import io.reproq.cli.option.CommandFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The one task that a command is about, named one way or the other. Goes into an argument group,
/// of which one must be there.
public final class TaskId {
  @Option(names = "--id", paramLabel = "ID", required = true, description = "The task's id.")
  private @Nullable TaskName flag;

  @Parameters(paramLabel = "ID", description = "The same, without the flag.")
  private @Nullable TaskName argument;

  public TaskName name() {
    if (flag != null) {
      return flag;
    }
    if (argument != null) {
      return argument;
    }
    throw new CommandFailure("the id of a task is missing");
  }
}
