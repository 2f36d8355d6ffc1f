package io.reproq.cli;

import io.reproq.cli.option.CommonOptions;
import io.reproq.cli.option.DatabaseOption;
import io.reproq.cli.option.Surroundings;
import io.reproq.store.Retried;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;

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
  private static final int MOST_NAMED = 20;

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
    var tally = new Tally();
    try (var store = database.open()) {
      targets.forEach(store, ids -> retry(store, ids, tally));
      tally.recount(store);
    }
    if (targets.json) {
      print(tally);
    } else {
      common.out().println(line(tally.retried));
      explain(tally);
    }
  }

  private void retry(TaskStore store, List<Long> ids, Tally tally) {
    if (targets.dryRun) {
      tally.retried += ids.size();
      return;
    }
    var before = tally.retried / REPORT_EACH;
    tally.add(ids, store.retry(ids));
    if (!targets.json && tally.retried / REPORT_EACH > before) {
      common.err().println(tally.retried + " so far ...");
    }
  }

  private String line(long retried) {
    if (targets.dryRun) {
      return "Would retry " + retried + " task(s)";
    }
    return retried == 0 ? "No failed tasks updated." : "Retried " + retried + " task(s)";
  }

  private void explain(Tally tally) {
    if (!tally.notFailed.isEmpty()) {
      common.err().println("not FAILED, or not there: " + tally.notFailed);
    }
    explain(tally.twins, "a twin with the same spec is not over", "twin");
    explain(tally.blocked, "a task that they depend on is FAILED or CANCELLED", "task");
  }

  private void explain(Map<Long, Long> left, String reason, String because) {
    if (left.isEmpty()) {
      return;
    }
    var named =
        left.entrySet().stream()
            .limit(MOST_NAMED)
            .map(one -> "%d (%s %d)".formatted(one.getKey(), because, one.getValue()))
            .collect(Collectors.joining(", "));
    var rest = left.size() > MOST_NAMED ? ", ..." : "";
    common
        .err()
        .println(
            "%d task(s) stay FAILED, because %s: %s%s".formatted(left.size(), reason, named, rest));
  }

  private void print(Tally tally) {
    var out =
        JsonNodeFactory.instance
            .objectNode()
            .put("retried", tally.retried)
            .put("dry_run", targets.dryRun);
    var twins = out.putArray("twins_active");
    tally.twins.forEach((id, twin) -> twins.addObject().put("result_id", id).put("twin_id", twin));
    var blocked = out.putArray("blocked");
    tally.blocked.forEach(
        (id, failed) -> blocked.addObject().put("result_id", id).put("failed_id", failed));
    tally.notFailed.forEach(out.putArray("not_failed")::add);
    common.out().println(out);
  }

  /// What became of all of them.
  private static final class Tally {
    private long retried;
    private final Map<Long, Long> twins = new TreeMap<>();
    private final Map<Long, Long> blocked = new TreeMap<>();
    private final List<Long> notFailed = new ArrayList<>();

    /// What was blocked by a task of a later batch has come back with that one.
    void recount(TaskStore store) {
      for (var run : store.find(blocked.keySet())) {
        if (run.standing().status() != TaskStatus.FAILED) {
          blocked.remove(run.resultId());
          retried++;
        }
      }
    }

    void add(List<Long> ids, List<Retried> answers) {
      for (var i = 0; i < ids.size(); i++) {
        switch (answers.get(i)) {
          case Retried.Ready ready -> retried++;
          case Retried.Waiting waiting -> retried++;
          case Retried.NotFailed other -> notFailed.add(ids.get(i));
          case Retried.Blocked(var failedId) -> blocked.put(ids.get(i), failedId);
          case Retried.TwinActive(var twin) -> twins.put(ids.get(i), twin);
        }
      }
    }
  }
}
