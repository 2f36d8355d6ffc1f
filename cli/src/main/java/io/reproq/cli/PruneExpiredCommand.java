package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Pruning;
import io.reproq.store.Pruning.Way;
import io.reproq.store.TaskStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq prune expired`.
@Command(
    name = "expired",
    header = "Delete tasks that ended because their time to start was over.",
    description = {
      "Tasks whose expires_at has passed and that have not started are ended first (CANCELLED, with"
          + " an error of kind expired), as workers do it all the time. Running tasks are left"
          + " alone, and so are members of a workflow that goes on."
    },
    footer = {
      "",
      "Examples:",
      "  reproq prune expired --dry-run",
      "  reproq prune expired --limit 10000",
    })
final class PruneExpiredCommand implements Runnable {
  private static final int STEP = 1_000;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Delete at most so many; 0 for no limit, which is the default.")
  private long limit;

  @Option(
      names = "--dry-run",
      description = "Only count those that have ended; nothing is ended or deleted.")
  private boolean dryRun;

  PruneExpiredCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    if (limit < 0) {
      throw new CommandFailure("--limit must not be negative, was " + limit);
    }
    var most = limit == 0 ? Long.MAX_VALUE : limit;
    try (var store = database.open()) {
      var count = dryRun ? count(store, most) : prune(store, most);
      answer.give(
          () -> JsonNodeFactory.instance.objectNode().put("pruned", count).put("dry_run", dryRun),
          () -> (dryRun ? "Would prune " : "Pruned ") + count + " expired task(s)");
    }
  }

  /// Begins at the first id each time, because a task that is ended only now may stand anywhere.
  private static long prune(TaskStore store, long most) {
    var count = 0L;
    while (count < most) {
      store.promote(STEP);
      var done = store.prune(Pruning.expired((int) Math.min(STEP, most - count)));
      count += done.count();
      if (done.count() == 0) {
        break;
      }
    }
    return count;
  }

  private static long count(TaskStore store, long most) {
    var count = 0L;
    var pruning = Pruning.expired(STEP).by(Way.COUNT);
    while (count < most) {
      var done = store.prune(pruning.atMost((int) Math.min(STEP, most - count)));
      count += done.count();
      if (done.isDone()) {
        break;
      }
      pruning = pruning.after(done);
    }
    return count;
  }
}
