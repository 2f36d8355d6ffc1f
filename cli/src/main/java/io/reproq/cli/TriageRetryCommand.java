package io.reproq.cli;

import io.reproq.cli.database.DatabaseOption;
import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.TaskStore;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `reproq triage retry`.
@Command(
    name = "retry",
    header = "Give failed tasks all their attempts again.",
    description = {
      "They are ready at once, with attempt 1 before them; what went wrong stays told. A task that"
          + " was to be the only unfinished one of its spec stays FAILED while a twin of it is"
          + " not over, and one of a workflow while a task that it depends on is FAILED or"
          + " CANCELLED; those are named, and the others go on."
    },
    footer = {
      "",
      "Examples:",
      "  reproq triage retry 42 43",
      "  reproq triage retry --all --queue mail --dry-run",
      "  reproq triage retry --all --task-path sample.greet"
    })
final class TriageRetryCommand implements Runnable {
  /// So many tasks are worth a word to who waits.
  private static final int REPORT_EACH = 10_000;

  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final DatabaseOption database;
  @Mixin private final FailedTargets targets = new FailedTargets();

  TriageRetryCommand(Surroundings surroundings) {
    this.database = new DatabaseOption(surroundings, common);
  }

  @Override
  public void run() {
    var tallies = new ArrayList<RetryTally>();
    targets
        .in(database)
        .forEach((one, named) -> {
          var tally = new RetryTally(one);
          tallies.add(tally);
          try (var store = one.open()) {
            targets.forEach(store, named, ids -> retry(store, ids, tally));
            tally.recount(store);
          }
        });
    var retried = tallies.stream().mapToLong(RetryTally::retried).sum();
    if (targets.json) {
      common.out().println(toJson(retried, tallies));
    } else {
      common.out().println(line(retried));
      tallies.forEach(tally -> tally.explain(common.err()));
    }
  }

  private void retry(TaskStore store, List<Long> ids, RetryTally tally) {
    if (targets.dryRun) {
      tally.wouldRetry(ids.size());
      return;
    }
    var before = tally.retried() / REPORT_EACH;
    tally.add(ids, store.retry(ids));
    if (!targets.json && tally.retried() / REPORT_EACH > before) {
      common.err().println(tally.retried() + " so far ...");
    }
  }

  private String line(long retried) {
    if (targets.dryRun) {
      return "Would retry " + retried + " task(s)";
    }
    return retried == 0 ? "No failed tasks updated." : "Retried " + retried + " task(s)";
  }

  private ObjectNode toJson(long retried, List<RetryTally> tallies) {
    var out =
        JsonNodeFactory.instance
            .objectNode()
            .put("retried", retried)
            .put("dry_run", targets.dryRun);
    out.putArray("twins_active");
    out.putArray("blocked");
    out.putArray("not_failed");
    tallies.forEach(tally -> tally.addTo(out));
    return out;
  }
}
