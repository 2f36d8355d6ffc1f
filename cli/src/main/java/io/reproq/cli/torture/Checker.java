package io.reproq.cli.torture;

import io.reproq.store.TaskRun;
import io.reproq.task.Limits;
import io.reproq.task.Spec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds out whether what was promised of tasks holds of those that it is shown. Asks nobody.
final class Checker {
  private final List<String> violations = new ArrayList<>();
  private final Map<Limits.Key, List<Edge>> edges = new HashMap<>();

  /// Looks at one task.
  ///
  /// @param seen null when it is not there
  void look(long id, Planned planned, @Nullable TaskRun seen) {
    if (seen == null) {
      violations.add("task " + id + " is lost");
      return;
    }
    var standing = seen.standing();
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
    times(id, planned, seen);
  }

  private void times(long id, Planned planned, TaskRun seen) {
    var times = seen.times();
    var earliest = times.enqueuedAt().plus(planned.delay());
    if (times.startedAt() != null && times.startedAt().isBefore(earliest)) {
      violations.add(
          "task %d started at %s, and not at %s or later"
              .formatted(id, times.startedAt(), earliest));
    }
    var began = times.lastAttemptedAt();
    var ended = times.finishedAt();
    if (began != null && ended != null && standsForRun(seen)) {
      hold(planned.task().spec(), began, ended);
    }
    if (seen.standing().attempts() > 1 && times.startedAt() != null) {
      seen.result().errors().stream()
          .filter(error -> error.attempt() == 1)
          .findFirst()
          .ifPresent(error -> hold(planned.task().spec(), times.startedAt(), error.at()));
    }
  }

  /// A task whose end was asked for between two attempts held nothing when it ended.
  private static boolean standsForRun(TaskRun seen) {
    var errors = seen.result().errors();
    return errors.isEmpty() || errors.getLast().attempt() < seen.standing().attempts();
  }

  /// Somebody held the keys of `spec` from one moment to another.
  void hold(Spec spec, Instant from, Instant to) {
    for (var key : spec.limits().keys()) {
      var list = edges.computeIfAbsent(key, unknown -> new ArrayList<>());
      list.add(new Edge(from, 1));
      list.add(new Edge(to, -1));
    }
  }

  /// All that was found, in the order of looking, and keys last.
  List<String> violations() {
    var all = new ArrayList<>(violations);
    edges.forEach((key, list) -> {
      var most = most(list);
      if (most > key.limit()) {
        all.add("key %s had %d holders of at most %d".formatted(key.name(), most, key.limit()));
      }
    });
    return all;
  }

  /// At one moment who lets go goes before who takes.
  private static int most(List<Edge> list) {
    var held = 0;
    var most = 0;
    var order = Comparator.comparing(Edge::at).thenComparing(Edge::change);
    for (var edge : list.stream().sorted(order).toList()) {
      held += edge.change;
      most = Math.max(most, held);
    }
    return most;
  }

  private record Edge(Instant at, int change) {}
}
