package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.json.CanonicalJson;
import io.reproq.store.Settlement;
import io.reproq.store.Texts;
import io.reproq.task.Outcome;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/// Writes successes, hundreds in one statement.
final class Successes {
  private static final Query SETTLE = SqliteStore.SQL.get("settle_successes");
  private static final Query BY_QUEUE = SqliteStore.SQL.get("just_finished_by_queue");
  private static final Query LEAVE = SqliteStore.SQL.get("leave_running_just_finished");

  private static final Query TIED_AMONG = Workflows.SQL.get("tied_among");

  private final Transaction transaction;

  Successes(Transaction transaction) {
    this.transaction = transaction;
  }

  /// Whether `settlement` is one.
  static boolean include(Settlement settlement) {
    return settlement.outcome() instanceof Outcome.Succeeded
        && settlement.next().status() == TaskStatus.SUCCESSFUL;
  }

  /// Settles what still holds its task, and says whether that was all of them.
  boolean settle(List<Settlement> successes) throws SQLException {
    if (successes.isEmpty()) {
      return true;
    }
    var byWorker =
        successes.stream()
            .collect(
                Collectors.groupingBy(
                    success -> success.claimId().incarnation(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    var settled = 0;
    for (var worker : byWorker.entrySet()) {
      settled += insert(worker.getKey(), worker.getValue());
    }
    leaveRunning(successes.stream().map(Settlement::resultId).distinct().toList());
    return settled == successes.size();
  }

  private int insert(UUID incarnation, List<Settlement> successes) throws SQLException {
    var rows = new StringBuilder(successes.size() * 32).append('[');
    var separator = "[";
    for (var success : successes) {
      rows.append(separator).append(success.resultId()).append(',');
      rows.append(success.claimId().number()).append(',');
      CanonicalJson.appendString(rows, Texts.safe(returned(success)));
      rows.append(']');
      separator = ",[";
    }
    return transaction
        .on(SETTLE)
        .set("settled", rows.append(']').toString())
        .set("now", transaction.micros())
        .set("incarnation", Values.bytes(incarnation))
        .update();
  }

  private static String returned(Settlement success) {
    return success.outcome() instanceof Outcome.Succeeded(var value) ? value.text() : "null";
  }

  private void leaveRunning(List<Long> resultIds) throws SQLException {
    var ids = Values.ids(resultIds);
    var queues =
        transaction
            .on(BY_QUEUE)
            .set("ids", ids)
            .list(row ->
                new QueueTotal(
                    row.text("queue_name"), row.number("tasks"), row.number("is_tied") == 1));
    for (var queue : queues) {
      transaction
          .counters()
          .move(queue.name(), TaskStatus.RUNNING, TaskStatus.SUCCESSFUL, queue.tasks());
    }
    if (!queues.isEmpty()) {
      var tied =
          queues.stream().anyMatch(QueueTotal::hasTied)
              ? transaction.on(TIED_AMONG).set("ids", ids).list(row -> row.number("result_id"))
              : List.<Long>of();
      tied.forEach(transaction::ended);
      transaction.on(LEAVE).set("ids", ids).update();
      // Only of what is over, and what is stale may be under way elsewhere: those stay.
      new Places(transaction).forgetFinished(ids);
      if (!tied.isEmpty()) {
        var keys = new Keys(transaction);
        keys.free(tied);
        keys.forgetExpiries(tied);
      }
    }
  }

  private record QueueTotal(String name, long tasks, boolean hasTied) {}
}
