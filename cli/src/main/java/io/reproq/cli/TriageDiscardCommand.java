package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Discarded;
import io.reproq.store.TaskStore;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

/// `reproq triage discard`.
@Command(
    name = "discard",
    header = "Give failed tasks up: they end CANCELLED.",
    description = {
      "Triage lists them no more; what went wrong stays told, and that they were discarded too."
    },
    footer = {
      "",
      "Examples:",
      "  reproq triage discard 42",
      "  reproq triage discard --all --queue mail --dry-run"
    })
final class TriageDiscardCommand implements Runnable {
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final FailedTargets targets = new FailedTargets();

  private long discarded;

  TriageDiscardCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    targets
        .in(database)
        .forEach((one, named) -> {
          try (var store = one.open()) {
            targets.forEach(store, named, ids -> discarded += discard(store, ids));
          }
        });
    common.out().println(targets.json ? json() : line());
  }

  private long discard(TaskStore store, List<Long> ids) {
    return targets.dryRun
        ? ids.size()
        : store.discard(ids).stream().filter(answer -> answer == Discarded.CANCELLED).count();
  }

  private String json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("discarded", discarded)
        .put("dry_run", targets.dryRun)
        .toString();
  }

  private String line() {
    if (targets.dryRun) {
      return "Would discard " + discarded + " task(s)";
    }
    return discarded == 0 ? "No failed tasks updated." : "Discarded " + discarded + " task(s)";
  }
}
