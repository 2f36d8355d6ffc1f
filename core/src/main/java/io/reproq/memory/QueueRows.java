package io.reproq.memory;

import io.reproq.store.ClaimRequest;
import io.reproq.store.RateLimit;
import io.reproq.task.TaskStatus;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// One queue: who can be claimed, who is parked, and how many there are in each status.
final class QueueRows {
  private static final String RATE = RateLimit.parkingKey("");

  final String name;
  final Line ready = new Line();

  /// Rows that wait for a worker that handles their path, by path.
  final Map<String, Line> parked = new HashMap<>();

  /// Rows that wait for a token, by the key of the limit that gives it.
  final Map<String, Line> limited = new HashMap<>();

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

  /// Lets `row` wait here, if it waits for a handler or a token.
  ///
  /// @param key the row's parking key
  /// @return false when it waits for something else
  boolean park(Row row, String key) {
    var path = row.spec.taskPath();
    if (key.startsWith(RATE)) {
      limited.computeIfAbsent(key.substring(RATE.length()), limit -> new Line()).add(row);
    } else if (key.equals(ClaimRequest.parkingKey(path))) {
      parked.computeIfAbsent(path, absent -> new Line()).add(row);
    } else {
      return false;
    }
    return true;
  }

  private static final class Count {
    private long value;
  }
}
