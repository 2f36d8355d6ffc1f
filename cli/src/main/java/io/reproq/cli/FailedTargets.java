package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.database.NamedDatabase;
import io.reproq.cli.database.TaskIds;
import io.reproq.cli.option.CommandFailure;
import io.reproq.store.FailedQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// The failed tasks that an order is about.
final class FailedTargets {
  private static final int BATCH = 500;

  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  @Option(names = "--queue", paramLabel = "NAME", description = "With --all: only of this queue.")
  private @Nullable String queue;

  @Option(
      names = "--task-path",
      paramLabel = "PATH",
      description = "With --all: only of this code.")
  private @Nullable String taskPath;

  @Option(names = "--dry-run", description = "Only count the tasks.")
  boolean dryRun;

  @Option(names = "--json", description = "Print one JSON document.")
  boolean json;

  /// The databases that tasks are looked for in, with the ids of those that were named.
  Map<NamedDatabase, List<Long>> in(DatabaseOption databases) {
    if (which.all) {
      return Map.of(queue == null ? databases.one() : databases.ofQueue(queue), List.of());
    }
    if (queue != null || taskPath != null) {
      throw new CommandFailure("--queue and --task-path are for --all: tasks were named by id");
    }
    return which.ids.in(databases);
  }

  /// Tells `order` of the tasks of a database, some hundred at a time: those that were named
  /// whatever they are, else all that are failed now. A task that fails while this goes on is left
  /// for the next time.
  ///
  /// @param ids those that were named
  void forEach(TaskStore store, List<Long> ids, Consumer<List<Long>> order) {
    if (!which.all) {
      order.accept(
          dryRun
              ? store.find(ids).stream()
                  .filter(FailedTargets::isFailed)
                  .map(TaskRun::resultId)
                  .toList()
              : ids);
      return;
    }
    var query = FailedQuery.newest(BATCH).inQueue(queue).ofPath(taskPath);
    for (var page = store.failed(query); !page.isEmpty(); page = store.failed(query)) {
      order.accept(page.stream().map(TaskRun::resultId).toList());
      query = query.after(page.getLast());
    }
  }

  private static boolean isFailed(TaskRun run) {
    return run.times().failedAt() != null;
  }

  /// Some tasks, or all.
  static final class Which {
    @ArgGroup(multiplicity = "1")
    private TaskIds ids = new TaskIds();

    @Option(names = "--all", required = true, description = "Every failed task.")
    private boolean all;
  }
}
