package io.reproq.cli;

import io.reproq.cli.database.NamedDatabase;
import io.reproq.store.Queues.Pause;
import io.reproq.store.WorkerRow;
import io.reproq.task.TaskStatus;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// How a database stands.
///
/// @param described the database, for people
/// @param queues how many tasks there are of each status, by queue; without zeros
record DatabaseStatus(
    NamedDatabase database,
    String described,
    Map<String, Map<TaskStatus, Long>> queues,
    List<Pause> pauses,
    List<WorkerRow> workers) {

  /// Asks the database.
  static DatabaseStatus of(NamedDatabase database) {
    try (var store = database.open()) {
      var queues = new TreeMap<String, Map<TaskStatus, Long>>();
      store
          .counts()
          .forEach((key, count) -> {
            if (count != 0) {
              queues
                  .computeIfAbsent(key.queue(), queue -> new EnumMap<>(TaskStatus.class))
                  .put(key.status(), count);
            }
          });
      return new DatabaseStatus(
          database, store.describe(), queues, store.queues().pauses(), store.workers());
    }
  }

  /// The counts of each queue.
  Stream<Map<TaskStatus, Long>> each() {
    return queues.values().stream();
  }

  /// The counts of the queues of all, where a queue of several is one.
  static Map<String, Map<TaskStatus, Long>> queues(List<DatabaseStatus> all) {
    var queues = new TreeMap<String, Map<TaskStatus, Long>>();
    for (var one : all) {
      one.queues.forEach((name, counts) ->
          queues.merge(name, counts, (known, more) -> sum(Stream.of(known, more))));
    }
    return queues;
  }

  static Map<TaskStatus, Long> sum(Stream<Map<TaskStatus, Long>> counts) {
    var total = new EnumMap<TaskStatus, Long>(TaskStatus.class);
    counts.forEach(some -> some.forEach((status, count) -> total.merge(status, count, Long::sum)));
    return total;
  }
}
