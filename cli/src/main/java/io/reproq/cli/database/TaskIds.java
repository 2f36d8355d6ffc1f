package io.reproq.cli.option;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The tasks that a command is about, named one way or the other. Goes into an argument group, of
/// which one must be there.
public final class TaskIds {
  @Option(
      names = "--id",
      paramLabel = "ID",
      required = true,
      description = "A task's id; may be given again.")
  private List<Long> flags = new ArrayList<>();

  @Parameters(paramLabel = "ID", arity = "1..*", description = "The same, without the flag.")
  private List<Long> arguments = new ArrayList<>();

  /// Each once, in the order in which they were given.
  public List<Long> all() {
    return (flags.isEmpty() ? arguments : flags).stream().distinct().toList();
  }
}
