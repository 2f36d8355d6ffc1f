package io.reproq.memory;

import io.reproq.task.TaskStatus;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// One queue: who can be claimed, who is parked, and how many there are in each status.
final class QueueRows {
  final String name;
  final Line ready = new Line();

  /// Rows that wait for a worker that handles their path, by path.
  final Map<String, Line> parked = new HashMap<>();

  private final Map<TaskStatus, Count> counts = new EnumMap<>(TaskStatus.class);

  QueueRows(String name) {
    this.name = name;
  }

  void count(TaskStatus status, int more) {
    counts.computeIfAbsent(status, key -> new Count()).value += more;
  }

  long count(TaskStatus status) {
    var count = counts.get(status);
    return count == null ? 0 : count.value;
  }

  void park(Row row) {
    parked.computeIfAbsent(row.spec.taskPath(), path -> new Line()).add(row);
  }

  private static final class Count {
    private long value;
  }
}
