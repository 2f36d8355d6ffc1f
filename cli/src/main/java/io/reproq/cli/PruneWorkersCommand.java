package io.reproq.cli;

import static io.reproq.cli.option.CommandFailure.atLeast;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.Answer;
import io.reproq.cli.option.CommandFailure;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.clock.TimeSource;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq prune workers`.
@Command(
    name = "workers",
    header = "Strike out workers that are dead and that nobody else found.",
    description = {
      "Any running worker does this by itself, within seconds. Where none runs, rows of dead ones"
          + " stay; this command then watches them for as long as it takes to be sure, at most some"
          + " 30 seconds. What a dead worker held is taken back as after any death. A worker that"
          + " lives is never struck out, however long it was not seen."
    },
    footer = {
      "",
      "Examples:",
      "  reproq prune workers --dry-run",
      "  reproq prune workers --older-than 1m",
    })
final class PruneWorkersCommand implements Runnable {
  private static final Duration STEP = Duration.ofMillis(500);
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Surroundings surroundings;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final Answer answer;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      description = "Only those that were not seen for so long. Default: 10m.")
  private Duration olderThan = Duration.ofMinutes(10);

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Watch only so many, those first that were not seen for longest; others that are found"
              + " dead meanwhile go too, uncounted. Default: 0, all.")
  private int limit;

  @Option(names = "--dry-run", description = "Only count those that were not seen for so long.")
  private boolean dryRun;

  PruneWorkersCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.database = new DatabaseOption(surroundings, common);
    this.answer = new Answer(common);
  }

  @Override
  public void run() {
    atLeast(0, "--limit", limit);
    try (var store = database.open()) {
      var unseen = unseen(store);
      var left = dryRun || unseen.isEmpty() ? Set.<UUID>of() : watch(store, unseen);
      var count = unseen.size() - left.size();
      if (answer.isJson()) {
        common
            .out()
            .println(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("pruned", count)
                    .put("living", left.size())
                    .put("dry_run", dryRun));
        return;
      }
      common.out().println((dryRun ? "Would prune up to " : "Pruned ") + count + " worker(s)");
      if (!left.isEmpty()) {
        common.err().println(left.size() + " worker(s) show signs of life and stay");
      }
    }
  }

  private List<WorkerRow> unseen(TaskStore store) {
    var before = TimeSource.system().now().minus(olderThan);
    return store.workers().stream()
        .filter(row -> !row.lastSeenAt().isAfter(before))
        .sorted(Comparator.comparing(WorkerRow::lastSeenAt))
        .limit(limit == 0 ? Long.MAX_VALUE : limit)
        .toList();
  }

  /// Looks like any other observer, until all of `suspects` are gone or had time to show that they
  /// live.
  ///
  /// @return who is still there
  private Set<UUID> watch(TaskStore store, List<WorkerRow> suspects) {
    if (!answer.isJson()) {
      common.err().println("watching " + suspects.size() + " worker(s) for signs of life ...");
    }
    var time = TimeSource.system();
    var started = time.nanoTime();
    var limit = suspects.stream().map(PruneWorkersCommand::surelyDead).max(Duration::compareTo);
    var observer = UUID.randomUUID();
    var ids = suspects.stream().map(row -> row.info().incarnation()).collect(Collectors.toSet());
    while (true) {
      store.reclaim(observer);
      var left =
          store.workers().stream()
              .map(row -> row.info().incarnation())
              .filter(ids::contains)
              .collect(Collectors.toSet());
      if (left.isEmpty() || time.nanoTime() - started > limit.orElse(MARGIN).toNanos()) {
        return left;
      }
      pause();
    }
  }

  /// After so long without a beat no doubt is left, whatever the clocks say.
  private static Duration surelyDead(WorkerRow row) {
    var info = row.info();
    return info.lease().plus(info.heartbeat().multipliedBy(2)).plus(MARGIN);
  }

  private void pause() {
    try {
      if (surroundings.stop().await(STEP)) {
        throw new CommandFailure("stopped before it was sure who is dead");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted before it was sure who is dead");
    }
  }
}
