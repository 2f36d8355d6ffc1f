package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.Texts;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Moves single tasks from place to place. Whatever ends a task, its way out is here: finished,
/// mark and cancel request go, counters follow.
final class Places {
  private static final Query TAKE_CLAIMED = SqliteStore.SQL.get("take_claimed");
  private static final List<Query> TAKE_BLOCKED =
      List.of(
          SqliteStore.SQL.get("take_ready"),
          SqliteStore.SQL.get("take_deferred"),
          SqliteStore.SQL.get("take_parked"));
  private static final Query TAKE_WAITING = SqliteStore.SQL.get("take_waiting");
  private static final Query PUT_READY = SqliteStore.SQL.get("put_ready");
  private static final Query PUT_DEFERRED = SqliteStore.SQL.get("put_deferred");
  private static final Query PUT_PARKED = SqliteStore.SQL.get("put_parked");
  private static final Query PUT_FINISHED = SqliteStore.SQL.get("put_finished");
  private static final Query FORGET_ACTIVE = SqliteStore.SQL.get("forget_active");
  private static final Query FORGET_CANCELS = SqliteStore.SQL.get("forget_cancel_requests");
  private static final Query INSERT_FAILURE = SqliteStore.SQL.get("insert_failure");
  private static final Query IS_CANCEL_REQUESTED = SqliteStore.SQL.get("is_cancel_requested");

  private final Transaction transaction;
  private final Keys keys;

  Places(Transaction transaction) {
    this.transaction = transaction;
    this.keys = new Keys(transaction);
  }

  /// Takes a task out of running, null when `claim` does not hold it.
  @Nullable PlacedTask takeClaimed(long resultId, ClaimId claim) throws SQLException {
    return transaction
        .on(TAKE_CLAIMED)
        .set("result_id", resultId)
        .set("incarnation", Values.bytes(claim.incarnation()))
        .set("claim_number", claim.number())
        .first(PlacedTask::read);
  }

  /// Takes a task out of ready, deferred or parked, null when it is in none of them.
  @Nullable PlacedTask takeBlocked(long resultId) throws SQLException {
    for (var take : TAKE_BLOCKED) {
      var task = transaction.on(take).set("result_id", resultId).first(PlacedTask::read);
      if (task != null) {
        return task;
      }
    }
    return null;
  }

  /// Takes a task out of waiting, null when it is not there.
  @Nullable PlacedTask takeWaiting(long resultId) throws SQLException {
    return transaction.on(TAKE_WAITING).set("result_id", resultId).first(PlacedTask::read);
  }

  boolean isCancelRequested(long resultId) throws SQLException {
    var requests =
        transaction.on(IS_CANCEL_REQUESTED).set("result_id", resultId).number("requests");
    return requests != null && requests > 0;
  }

  /// Puts `task`, which was taken out of a place with status `from`, into `next`.
  void put(PlacedTask task, TaskStatus from, Place next, Ending ending) throws SQLException {
    switch (next) {
      case Place.Ready(var attempts) -> {
        blocked(PUT_READY, task, attempts).update();
        transaction.bringWork();
      }
      case Place.Deferred(var attempts, var delay) ->
          blocked(PUT_DEFERRED, task, attempts)
              .set("run_after", Micros.after(transaction.now(), delay))
              .update();
      case Place.Parked(var attempts, var key) ->
          blocked(PUT_PARKED, task, attempts).set("parked_key", key).update();
      case Place.Finished(var outcome, var attempts) -> finish(task, outcome, attempts, ending);
      case Place.Running running -> throw notByPut(task, next);
      case Place.Waiting waiting -> throw notByPut(task, next);
    }
    transaction.counters().move(task.queue(), from, next.status(), 1);
    if (task.isTied() != null) {
      letGo(task, from);
    }
  }

  private void letGo(PlacedTask task, TaskStatus from) throws SQLException {
    if (from == TaskStatus.RUNNING) {
      keys.free(List.of(task.resultId()));
    } else {
      keys.pass(task.resultId());
    }
  }

  /// Adds to what went wrong with a task, which was taken out of running.
  void record(PlacedTask task, Failure failure, @Nullable String workerId) throws SQLException {
    failure(task.resultId(), task.attempts(), failure)
        .set("started_at", task.lastAttemptedAt())
        .set("worker_id", workerId)
        .update();
  }

  /// Adds to what went wrong with a task, when no attempt is under way.
  ///
  /// @param attempt number of the last one, 0 when there was none
  void record(long resultId, int attempt, Failure failure, @Nullable String workerId)
      throws SQLException {
    failure(resultId, attempt, failure).set("started_at", null).set("worker_id", workerId).update();
  }

  private PreparedQuery failure(long resultId, int attempt, Failure failure) throws SQLException {
    return transaction
        .on(INSERT_FAILURE)
        .set("result_id", resultId)
        .set("attempt", attempt)
        .set("kind", failure.kind().label())
        .set("exception_class", Texts.safeOrNull(failure.exceptionClass()))
        .set("message", Texts.safe(failure.message()))
        .set("traceback", Texts.safeOrNull(failure.traceback()))
        .set("at", transaction.micros());
  }

  private void finish(PlacedTask task, TaskStatus status, int attempts, Ending ending)
      throws SQLException {
    var settledBy = ending.settledBy();
    row(PUT_FINISHED, task, attempts)
        .set("status", status.name())
        .set("finished_at", transaction.micros())
        .set("incarnation", settledBy == null ? null : Values.bytes(settledBy.incarnation()))
        .set("claim_number", settledBy == null ? null : settledBy.number())
        .set("last_error", Texts.safeOrNull(ending.lastError()))
        .update();
    forgetFinished(Values.ids(List.of(task.resultId())));
    if (task.isTied() != null) {
      transaction.ended(task.resultId());
      keys.forgetExpiries(List.of(task.resultId()));
    }
  }

  /// Drops what is kept only of tasks that are not over, of those among `ids` (a JSON array) that
  /// are.
  void forgetFinished(String ids) throws SQLException {
    transaction.on(FORGET_ACTIVE).set("ids", ids).update();
    transaction.on(FORGET_CANCELS).set("ids", ids).update();
  }

  private PreparedQuery blocked(Query put, PlacedTask task, int attempts) throws SQLException {
    return row(put, task, attempts).set("rank", task.rank()).set("is_tied", task.isTied());
  }

  private PreparedQuery row(Query put, PlacedTask task, int attempts) throws SQLException {
    return transaction
        .on(put)
        .set("result_id", task.resultId())
        .set("queue_name", task.queue())
        .set("task_path", task.taskPath())
        .set("version", task.version() + 1)
        .set("attempts", attempts)
        .set("started_at", task.startedAt())
        .set("last_attempted_at", task.lastAttemptedAt())
        .set("worker_ids", task.workerIds());
  }

  private static IllegalArgumentException notByPut(PlacedTask task, Place next) {
    return new IllegalArgumentException(
        "task "
            + task.resultId()
            + " cannot be put into "
            + next.label()
            + ": no verb leads there");
  }
}
