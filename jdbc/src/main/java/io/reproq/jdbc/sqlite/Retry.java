package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Retried;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Gives failed tasks all their attempts again, in the order of ids, so that the first of several
/// twins goes on.
final class Retry implements Transaction.Verb<List<Retried>> {
  private static final Query MARK_ACTIVE = SqliteStore.SQL.get("mark_active");
  private static final Query ACTIVE_TWIN = SqliteStore.SQL.get("active_twin");
  private static final Query RESTART = FailedTask.SQL.get("restart");
  private static final Query LEAVE_FINISHED = FailedTask.SQL.get("leave_finished");
  private static final Query FORGET_REQUEST = FailedTask.SQL.get("forget_request");

  private final List<Long> resultIds;

  /// What the tasks that were retried brought back.
  private final Set<Long> revived = new HashSet<>();

  Retry(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<Retried> in(Transaction transaction) throws SQLException {
    var answers = new HashMap<Long, Retried>();
    for (var id : new TreeSet<>(resultIds)) {
      answers.put(id, revived.contains(id) ? new Retried.Waiting() : retry(transaction, id));
    }
    return resultIds.stream().map(answers::get).toList();
  }

  private Retried retry(Transaction transaction, long id) throws SQLException {
    var task = FailedTask.find(transaction, id);
    if (task == null) {
      return new Retried.NotFailed();
    }
    var workflows = new Workflows(transaction);
    var obstacle = workflows.obstacle(id);
    if (obstacle != null) {
      return new Retried.Blocked(obstacle);
    }
    var answer = retry(transaction, task);
    if (answer instanceof Retried.Ready) {
      revived.addAll(workflows.retried(id));
    }
    return answer;
  }

  private static Retried retry(Transaction transaction, FailedTask task) throws SQLException {
    if (task.isUnique() && !mark(transaction, task)) {
      var twin = transaction.on(ACTIVE_TWIN).set("spec_hash", task.specHash()).number("result_id");
      if (twin == null) {
        throw new IllegalStateException("the mark of " + task.specHash() + " is taken by nobody");
      }
      return new Retried.TwinActive(twin);
    }
    for (var step : List.of(RESTART, LEAVE_FINISHED, FORGET_REQUEST)) {
      transaction.on(step).set("result_id", task.resultId()).update();
    }
    transaction.counters().move(task.queue(), TaskStatus.FAILED, TaskStatus.READY, 1);
    transaction.bringWork();
    return new Retried.Ready();
  }

  private static boolean mark(Transaction transaction, FailedTask task) throws SQLException {
    return transaction
            .on(MARK_ACTIVE)
            .set("result_id", task.resultId())
            .set("spec_hash", task.specHash())
            .update()
        == 1;
  }
}
