package io.reproq.observe;

import static io.reproq.task.TaskStatus.READY;
import static io.reproq.task.TaskStatus.RUNNING;
import static io.reproq.task.TaskStatus.WAITING;

import io.reproq.store.TaskStore;
import io.reproq.store.WorkerRow;
import io.reproq.task.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// How a whole database stands, as the gauges tell it.
///
/// @param tasks how many there are by status
/// @param workers how many live
/// @param slots how many tasks all living workers can run at once
/// @param pauses how many queues are paused by name, and one more when all are
/// @param blocked how many tasks wait for keys that others hold, at the most [#MOST_BLOCKED]
record DatabaseState(Map<TaskStatus, Long> tasks, int workers, int slots, int pauses, int blocked) {
  static final int MOST_BLOCKED = 10_000;

  /// So much may this machine's clock differ from the database's.
  private static final Duration SKEW = Duration.ofSeconds(30);

  /// Asks `store`.
  ///
  /// @param now by this machine's clock
  static DatabaseState of(TaskStore store, Instant now) {
    var living = living(store.workers(), now);
    return new DatabaseState(
        tasks(store),
        living.size(),
        living.stream().mapToInt(row -> row.info().concurrency()).sum(),
        store.queues().pauses().size(),
        store.countBlocked(MOST_BLOCKED));
  }

  static Map<TaskStatus, Long> tasks(TaskStore store) {
    var tasks = new EnumMap<TaskStatus, Long>(TaskStatus.class);
    store.counts().forEach((of, count) -> tasks.merge(of.status(), count, Long::sum));
    return tasks;
  }

  /// Those whose lease was not over when the last of all was heard of: so the database's clock
  /// decides. Where that is long ago by this machine's clock, none lives.
  private static List<WorkerRow> living(List<WorkerRow> all, Instant now) {
    var heard = all.stream().map(WorkerRow::lastSeenAt).max(Instant::compareTo).orElse(now);
    return all.stream()
        .filter(row -> row.leasedUntil().isAfter(heard))
        .filter(row -> row.leasedUntil().plus(SKEW).isAfter(now))
        .toList();
  }

  long depth() {
    return count(READY) + count(WAITING);
  }

  long running() {
    return count(RUNNING);
  }

  private long count(TaskStatus status) {
    return tasks.getOrDefault(status, 0L);
  }
}
