package io.reproq.cli;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.Retried;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// What became of the tasks of one database that were to be retried.
final class RetryTally {
  private static final int MOST_NAMED = 20;

  private final NamedDatabase database;
  private long retried;
  private final Map<Long, Long> twins = new TreeMap<>();
  private final Map<Long, Long> blocked = new TreeMap<>();
  private final List<Long> notFailed = new ArrayList<>();

  RetryTally(NamedDatabase database) {
    this.database = database;
  }

  long retried() {
    return retried;
  }

  /// So many would have been.
  void wouldRetry(long count) {
    retried += count;
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

  /// What was blocked by a task of a later batch has come back with that one.
  void recount(TaskStore store) {
    for (var run : store.find(blocked.keySet())) {
      if (run.standing().status() != TaskStatus.FAILED) {
        blocked.remove(run.resultId());
        retried++;
      }
    }
  }

  /// Names those that stay as they are, and says why.
  void explain(PrintWriter err) {
    if (!notFailed.isEmpty()) {
      err.println("not FAILED, or not there: " + notFailed.stream().map(database::id).toList());
    }
    explain(err, twins, "a twin with the same spec is not over", "twin");
    explain(err, blocked, "a task that they depend on is FAILED or CANCELLED", "task");
  }

  private void explain(PrintWriter err, Map<Long, Long> left, String reason, String because) {
    if (left.isEmpty()) {
      return;
    }
    var named =
        left.entrySet().stream()
            .limit(MOST_NAMED)
            .map(one ->
                "%s (%s %s)"
                    .formatted(database.id(one.getKey()), because, database.id(one.getValue())))
            .collect(Collectors.joining(", "));
    var rest = left.size() > MOST_NAMED ? ", ..." : "";
    err.println(
        "%d task(s) stay FAILED, because %s: %s%s".formatted(left.size(), reason, named, rest));
  }

  /// Adds those that stay as they are to the arrays of `out`.
  void addTo(ObjectNode out) {
    var active = out.withArray("twins_active");
    twins.forEach(
        (id, twin) -> database.mark(active.addObject().put("result_id", id).put("twin_id", twin)));
    var waiting = out.withArray("blocked");
    blocked.forEach((id, failed) ->
        database.mark(waiting.addObject().put("result_id", id).put("failed_id", failed)));
    var others = out.withArray("not_failed");
    for (var id : notFailed) {
      if (database.isAlone()) {
        others.add(id);
      } else {
        others.add(database.id(id));
      }
    }
  }
}
