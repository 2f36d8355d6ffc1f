package io.reproq.cli.database;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
  private List<TaskName> flags = new ArrayList<>();

  @Parameters(paramLabel = "ID", arity = "1..*", description = "The same, without the flag.")
  private List<TaskName> arguments = new ArrayList<>();

  /// By their databases, each once, in the order in which they were given.
  public Map<NamedDatabase, List<Long>> in(DatabaseOption databases) {
    var ids = new LinkedHashMap<NamedDatabase, LinkedHashSet<Long>>();
    for (var task : flags.isEmpty() ? arguments : flags) {
      ids.computeIfAbsent(databases.of(task), database -> new LinkedHashSet<>()).add(task.id());
    }
    var lists = new LinkedHashMap<NamedDatabase, List<Long>>();
    ids.forEach((database, set) -> lists.put(database, List.copyOf(set)));
    return lists;
  }
}
