package io.reproq.cli.look;

import io.reproq.store.FailedQuery;
import io.reproq.store.QueueStatus;
import io.reproq.store.Queues.Pause;
import io.reproq.store.TaskRun;
import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What there was to see at one moment. Taking one costs the same however many tasks there are.
///
/// @param at this machine's time
/// @param failures the newest ones
record Frame(
    Instant at,
    Map<QueueStatus, Long> counts,
    Set<String> paused,
    List<WorkerRow> workers,
    List<TaskRun> failures) {
  private static final int FAILURES = 5;

  static Frame of(TaskStore store, Instant at) {
    return new Frame(
        at,
        store.counts(),
        store.queues().pauses().stream().map(Pause::queue).collect(Collectors.toSet()),
        store.workers(),
        store.failed(FailedQuery.newest(FAILURES)));
  }

  /// The names of the queues that have tasks or had some, in order.
  Set<String> queues() {
    return counts.keySet().stream()
        .map(QueueStatus::queue)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  long count(String queue, TaskStatus status) {
    return counts.getOrDefault(new QueueStatus(queue, status), 0L);
  }

  /// How many tasks of a queue are over.
  long ended(String queue) {
    return count(queue, TaskStatus.SUCCESSFUL)
        + count(queue, TaskStatus.FAILED)
        + count(queue, TaskStatus.CANCELLED);
  }

  /// How many tasks of a queue ended in a second since the frame before; 0 when there was none, or
  /// when more were pruned or retried meanwhile.
  double rate(@Nullable Frame before, String queue) {
    if (before == null) {
      return 0;
    }
    var seconds = Duration.between(before.at, at).toNanos() / 1e9;
    return seconds <= 0 ? 0 : Math.max(0, ended(queue) - before.ended(queue)) / seconds;
  }
}
