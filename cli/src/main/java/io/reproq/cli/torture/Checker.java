package io.reproq.cli.torture;

import io.reproq.store.TaskRun;
import io.reproq.store.TaskRun.AttemptError;
import io.reproq.store.TaskRun.Times;
import io.reproq.task.Limits;
import io.reproq.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds out whether what was promised of tasks holds of those that it is shown. Asks nobody.
final class Checker {
  private final boolean trustsFirst;
  private final KeySpans keys = new KeySpans();
  private final Map<Long, Times> times = new HashMap<>();
  private final Map<TaskStatus, Long> counts = new EnumMap<>(TaskStatus.class);
  private final List<String> violations = new ArrayList<>();
  private long attempts;
  private long unknown;

  /// @param trustsFirst whether a task's `started_at` is the start of the attempt that counted as
  ///   its first: not where workers are stopped meanwhile, which give back what they began
  Checker(boolean trustsFirst) {
    this.trustsFirst = trustsFirst;
  }

  /// Looks at one task.
  ///
  /// @param before how it was seen to end, null when it was not
  /// @param seen null when it is not there
  void look(long id, Planned planned, @Nullable Ending before, @Nullable TaskRun seen) {
    if (seen == null) {
      violations.add("task " + id + " is lost");
      return;
    }
    var standing = seen.standing();
    counts.merge(standing.status(), 1L, Long::sum);
    attempts += standing.attempts();
    times.put(id, seen.times());
    if (before != null && !before.equals(Ending.of(seen))) {
      violations.add("task %d was over, %s, and became %s".formatted(id, before, Ending.of(seen)));
    }
    if (!standing.status().isTerminal()) {
      violations.add("task %d is not over: %s".formatted(id, standing.status()));
      return;
    }
    if (!planned.ends().contains(standing.status())) {
      violations.add(
          "task %d ended %s instead of %s: %s"
              .formatted(id, standing.status(), planned.ends(), seen.result().lastError()));
    }
    var most = planned.task().spec().retry().maxAttempts();
    if (standing.attempts() > most) {
      violations.add(
          "task %d had %d attempts of at most %d".formatted(id, standing.attempts(), most));
    }
    early(id, planned, seen.times());
    hold(planned.task().spec().limits().keys(), seen);
  }

  private void early(long id, Planned planned, Times seen) {
    var earliest = seen.enqueuedAt().plus(planned.delay());
    if (seen.startedAt() != null && seen.startedAt().isBefore(earliest)) {
      violations.add(
          "task %d started at %s, and not at %s or later"
              .formatted(id, seen.startedAt(), earliest));
    }
  }

  /// The store tells when the first and the last attempt began; of those in between only when they
  /// ended.
  private void hold(List<Limits.Key> held, TaskRun seen) {
    var last = seen.standing().attempts();
    if (held.isEmpty() || last == 0) {
      return;
    }
    unknown += Math.max(0, last - 2);
    span(held, seen.times().lastAttemptedAt(), end(seen, last));
    if (last > 1) {
      span(held, trustsFirst ? seen.times().startedAt() : null, end(seen, 1));
    }
  }

  private void span(List<Limits.Key> held, @Nullable Instant from, Optional<Instant> to) {
    if (from == null || to.isEmpty()) {
      unknown++;
    } else {
      keys.hold(held, from, to.get());
    }
  }

  /// An attempt that went wrong ended with its first error, and one that went well with its task. A
  /// task may end otherwise later, as one that is cancelled before its next attempt.
  private static Optional<Instant> end(TaskRun seen, int attempt) {
    var failed =
        seen.result().errors().stream()
            .filter(error -> error.attempt() == attempt)
            .map(AttemptError::at)
            .findFirst();
    var standing = seen.standing();
    return failed.isEmpty()
            && attempt == standing.attempts()
            && standing.status() == TaskStatus.SUCCESSFUL
        ? Optional.ofNullable(seen.times().finishedAt())
        : failed;
  }

  /// Of two tasks that were looked at one had to wait for the end of the other.
  void follows(long predecessor, long successor) {
    var before = times.get(predecessor);
    var after = times.get(successor);
    if (before == null || after == null || after.startedAt() == null) {
      return;
    }
    if (before.finishedAt() == null || after.startedAt().isBefore(before.finishedAt())) {
      violations.add(
          "task %d started at %s, before the end of task %d at %s"
              .formatted(successor, after.startedAt(), predecessor, before.finishedAt()));
    }
  }

  /// A workflow is not what it should be.
  void violated(String what) {
    violations.add(what);
  }

  /// All that was found, in the order of looking, and keys last.
  Findings findings() {
    var all = new ArrayList<>(violations);
    all.addAll(keys.violations());
    return new Findings(counts, attempts, unknown, all);
  }
}
