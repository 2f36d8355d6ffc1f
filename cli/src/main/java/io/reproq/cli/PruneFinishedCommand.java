package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.store.Pruning.Way;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq prune finished`.
@Command(
    name = "finished",
    header = "Delete tasks that are over, by age, by count or by both.",
    description = {
      "Their failures go with them. On PostgreSQL a partition of which every task may go is dropped"
          + " as a whole, unless --limit or --keep is set."
    },
    footer = {
      "",
      "Examples:",
      "  reproq prune finished --older-than 7d --dry-run",
      "  reproq prune finished --older-than 90d --status SUCCESSFUL,FAILED,CANCELLED",
      "  reproq prune finished --keep 100000"
    })
final class PruneFinishedCommand implements Runnable {
  private static final int STEP = 5_000;

  /// So many deleted tasks are worth a word to who waits.
  private static final int REPORT_EACH = 100_000;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description = "Only tasks that ended at least so long ago, as in 36h or 7d.")
  private @Nullable Duration olderThan;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description =
          "The newest so many of each status stay, however old they are; alone or together with"
              + " --older-than.")
  private @Nullable Long keep;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      split = ",",
      defaultValue = "SUCCESSFUL,CANCELLED",
      description = "Only tasks that ended so. Default: ${DEFAULT-VALUE}.")
  private List<TaskStatus> statuses = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Delete at most so many. Default: no limit.")
  private @Nullable Long limit;

  @Option(names = "--dry-run", description = "Only count what would be deleted.")
  private boolean dryRun;

  PruneFinishedCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    var ends = ends();
    if (olderThan == null && keep == null) {
      throw new CommandFailure(
          "prune finished needs --older-than, --keep or both: which tasks may go?");
    }
    if (keep != null && keep < 1) {
      throw new CommandFailure("--keep must be at least 1, was " + keep);
    }
    if (limit != null && limit < 1) {
      throw new CommandFailure("--limit must be at least 1, was " + limit);
    }
    try (var store = database.open()) {
      var way = dryRun ? Way.COUNT : limit == null ? Way.DROP : Way.DELETE;
      var age = Objects.requireNonNullElse(olderThan, Duration.ZERO);
      var newest = Objects.requireNonNullElse(keep, 0L);
      var count = prune(store, Pruning.of(age, STEP).in(ends).keeping(newest).by(way));
      answer.give(
          () -> JsonNodeFactory.instance.objectNode().put("pruned", count).put("dry_run", dryRun),
          () -> (dryRun ? "Would prune " : "Pruned ") + count + " finished task(s)");
    }
  }

  private Set<TaskStatus> ends() {
    for (var status : statuses) {
      if (!status.isTerminal()) {
        throw new CommandFailure(
            "--status takes SUCCESSFUL, FAILED and CANCELLED: a task that is %s is not over"
                .formatted(status));
      }
    }
    return EnumSet.copyOf(statuses);
  }

  private long prune(TaskStore store, Pruning first) {
    var most = limit == null ? Long.MAX_VALUE : limit;
    var count = 0L;
    var reported = 0L;
    var pruning = first;
    Pruned done;
    do {
      done = store.prune(pruning.atMost((int) Math.min(STEP, most - count)));
      count += done.count();
      // Whole pieces are dropped once.
      pruning = pruning.after(done).by(dryRun ? Way.COUNT : Way.DELETE);
      if (!answer.isJson() && count - reported >= REPORT_EACH) {
        reported = count;
        common.err().println(count + " so far ...");
      }
    } while (!done.isDone() && count < most);
    return count;
  }
}
