package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Discarded;
import io.reproq.task.Failure;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Gives failed tasks up.
final class Discard implements Transaction.Verb<List<Discarded>> {
  private static final Query GIVE_UP = FailedTask.SQL.get("give_up");

  private final List<Long> resultIds;

  Discard(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<Discarded> in(Transaction transaction) throws SQLException {
    var answers = new ArrayList<Discarded>(resultIds.size());
    for (var id : resultIds) {
      var task = FailedTask.find(transaction, id);
      if (task == null) {
        answers.add(Discarded.NOT_FAILED);
      } else {
        discard(transaction, task);
        answers.add(Discarded.CANCELLED);
      }
    }
    return answers;
  }

  private static void discard(Transaction transaction, FailedTask task) throws SQLException {
    transaction
        .on(GIVE_UP)
        .set("last_error", Failure.DISCARDED.summary())
        .set("now", transaction.micros())
        .set("result_id", task.resultId())
        .update();
    new Places(transaction).record(task.resultId(), task.attempts(), Failure.DISCARDED, null);
    transaction.counters().move(task.queue(), TaskStatus.FAILED, TaskStatus.CANCELLED, 1);
  }
}
