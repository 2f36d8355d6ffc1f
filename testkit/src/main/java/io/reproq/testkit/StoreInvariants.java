package io.reproq.testkit;

import io.reproq.store.QueueStatus;
import io.reproq.store.TaskQuery;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What must hold in a store at all times, however it got there.
public final class StoreInvariants {
  private static final int PAGE = 1000;

  private static final Map<String, TaskStatus> STATUS_OF_PLACE =
      Map.of(
          "ready", TaskStatus.READY,
          "deferred", TaskStatus.READY,
          "parked", TaskStatus.READY,
          "waiting", TaskStatus.WAITING,
          "running", TaskStatus.RUNNING);

  private StoreInvariants() {}

  /// Checks `store` while nobody writes to it.
  ///
  /// @throws AssertionError that names the task and the rule that is broken
  public static void check(TaskStore store) {
    var all = all(store);
    var recount = new HashMap<QueueStatus, Long>();
    var running = new HashMap<String, Integer>();
    for (var run : all) {
      check(run);
      recount.merge(new QueueStatus(run.queue(), run.standing().status()), 1L, Long::sum);
      if (run.standing().leasedBy() != null) {
        running.merge(run.standing().leasedBy(), 1, Integer::sum);
      }
    }
    var counts = new HashMap<>(store.counts());
    KeyInvariants.check(all, store.queues().pauses().isEmpty());
    counts.values().removeIf(count -> count == 0);
    require(counts.equals(recount), "counts() says " + counts + ", list() has " + recount);
    for (var worker : store.workers()) {
      var id = worker.info().workerId();
      running.merge(id, -worker.running(), Integer::sum);
    }
    running.values().removeIf(difference -> difference == 0);
    require(running.isEmpty(), "workers() and running tasks differ by " + running);
  }

  /// All tasks of `store`, page by page, in ascending order of id.
  static List<TaskRun> all(TaskStore store) {
    var all = new ArrayList<TaskRun>();
    var query = TaskQuery.first(PAGE);
    while (true) {
      var page = store.list(query);
      for (var run : page) {
        require(
            all.isEmpty() || all.getLast().resultId() < run.resultId(),
            "list() is not in ascending order at " + run.resultId());
        all.add(run);
      }
      if (page.size() < PAGE) {
        return all;
      }
      query = query.after(page.getLast().resultId());
    }
  }

  private static void check(TaskRun run) {
    var standing = run.standing();
    var status = standing.status();
    var place = standing.place();
    var finished = place.equals("finished");
    require(
        finished ? status.isTerminal() : status == STATUS_OF_PLACE.get(place),
        "its place and status agree",
        run);
    require((standing.parkedKey() != null) == place.equals("parked"), "parked means by a key", run);
    var isRunning = status == TaskStatus.RUNNING;
    require((standing.leasedBy() != null) == isRunning, "running means leased by somebody", run);
    require((standing.leasedUntil() != null) == isRunning, "running means leased for a time", run);
    require(
        !standing.cancelRequested() || isRunning, "a cancel is requested of a running one", run);
    require(standing.attempts() >= (isRunning ? 1 : 0), "attempts are counted", run);
    require(standing.version() >= 0, "versions are not negative", run);
    require(run.extras().metadata().text().startsWith("{"), "metadata is an object", run);
    checkTimes(run, finished);
    checkResult(run);
  }

  private static void checkTimes(TaskRun run, boolean finished) {
    var times = run.times();
    var standing = run.standing();
    require((times.finishedAt() != null) == finished, "finished means at some time", run);
    var failed = standing.status() == TaskStatus.FAILED;
    require((times.failedAt() != null) == failed, "failed means at some time", run);
    require(
        times.runAfter() == null || standing.place().equals("deferred"),
        "only deferred ones have an earliest start",
        run);
    if (standing.attempts() > 0) {
      require(times.startedAt() != null, "an attempt started once", run);
      require(times.lastAttemptedAt() != null, "the last attempt started once", run);
    }
  }

  private static void checkResult(TaskRun run) {
    var status = run.standing().status();
    var result = run.result();
    require(
        (result.value() != null) == (status == TaskStatus.SUCCESSFUL),
        "success means a value, even if it is null",
        run);
    var mayHaveError = Set.of(TaskStatus.FAILED, TaskStatus.CANCELLED).contains(status);
    require(result.lastError() == null || mayHaveError, "only a bad end has a last error", run);
    require(status != TaskStatus.FAILED || !result.errors().isEmpty(), "a failure is told", run);
    for (var error : result.errors()) {
      require(Objects.requireNonNull(error).attempt() >= 0, "errors name their attempt", run);
    }
  }

  private static void require(boolean holds, String rule, TaskRun run) {
    require(holds, "task " + run.resultId() + " breaks the rule '" + rule + "': " + run);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }
}
