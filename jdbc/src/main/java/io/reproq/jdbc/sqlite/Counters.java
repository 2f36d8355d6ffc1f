package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.Session;
import io.reproq.store.QueueStatus;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// What one verb changes about how many tasks there are.
final class Counters {
  private static final Query COUNT_TASKS = SqliteStore.SQL.get("count_tasks");
  private static final Query COUNT_FIRST_TASKS = SqliteStore.SQL.get("count_first_tasks");

  private final Map<QueueStatus, Long> changes;

  Counters() {
    changes = new HashMap<>();
  }

  /// `tasks` more, or fewer, of `queue` are in `status`.
  void add(String queue, TaskStatus status, long tasks) {
    changes.merge(new QueueStatus(queue, status), tasks, Long::sum);
  }

  /// `tasks` of `queue` went from one status to another.
  void move(String queue, TaskStatus from, TaskStatus to, long tasks) {
    add(queue, from, -tasks);
    add(queue, to, tasks);
  }

  /// Writes the changes down.
  void flush(Session session) throws SQLException {
    for (var change : changes.entrySet()) {
      if (change.getValue() != 0 && write(session, COUNT_TASKS, change) == 0) {
        write(session, COUNT_FIRST_TASKS, change);
      }
    }
    changes.clear();
  }

  private static int write(Session session, Query query, Map.Entry<QueueStatus, Long> change)
      throws SQLException {
    return session
        .on(query)
        .set("queue_name", change.getKey().queue())
        .set("status", change.getKey().status().name())
        .set("change", change.getValue())
        .update();
  }
}
