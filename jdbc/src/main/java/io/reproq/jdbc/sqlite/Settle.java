package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Settled;
import io.reproq.store.Settlement;
import io.reproq.task.Failure;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes what attempts came to. Successes, which are nearly all, go together; everything else is
/// moved singly.
final class Settle implements Transaction.Verb<List<Settled>> {
  private static final Query SETTLED_BEFORE = SqliteStore.SQL.get("settled_before");
  private static final Query LIVING_WORKER = SqliteStore.SQL.get("living_worker");

  private final List<Settlement> settlements;

  Settle(List<Settlement> settlements) {
    this.settlements = List.copyOf(settlements);
  }

  @Override
  public List<Settled> in(Transaction transaction) throws SQLException {
    var answers = new ArrayList<Settled>(settlements.size());
    var successes = new ArrayList<Settlement>();
    for (var settlement : settlements) {
      if (Successes.include(settlement)) {
        successes.add(settlement);
      } else {
        // In order, because a settlement of the same attempt may stand before this one.
        succeed(transaction, successes, answers);
        answers.add(settle(transaction, settlement));
      }
    }
    succeed(transaction, successes, answers);
    return answers;
  }

  private static void succeed(
      Transaction transaction, List<Settlement> successes, List<Settled> answers)
      throws SQLException {
    if (new Successes(transaction).settle(successes)) {
      successes.forEach(settlement -> answers.add(new Settled.Applied(settlement.next())));
    } else {
      for (var settlement : successes) {
        answers.add(before(transaction, settlement));
      }
    }
    successes.clear();
  }

  private static Settled settle(Transaction transaction, Settlement settlement)
      throws SQLException {
    var places = new Places(transaction);
    var task = places.takeClaimed(settlement.resultId(), settlement.claimId());
    if (task == null) {
      return before(transaction, settlement);
    }
    var isCancelled =
        !settlement.next().status().isTerminal() && places.isCancelRequested(task.resultId());
    var next = isCancelled ? Transitions.underCancel(settlement.next()) : settlement.next();
    var worker = workerOf(transaction, settlement);
    var error = settlement.outcome().failure();
    if (error != null) {
      places.record(task, error, worker);
    }
    if (isCancelled) {
      error = Failure.CANCELLED;
      places.record(task, error, worker);
    }
    places.put(task, TaskStatus.RUNNING, next, ending(settlement, next, error));
    return new Settled.Applied(next);
  }

  private static Ending ending(Settlement settlement, Place next, @Nullable Failure error) {
    if (!next.status().isTerminal()) {
      return Ending.PLAIN;
    }
    return new Ending(settlement.claimId(), error == null ? null : error.summary());
  }

  /// What is said of an attempt that does not hold its task: applied when it ended it itself.
  private static Settled before(Transaction transaction, Settlement settlement)
      throws SQLException {
    var end =
        transaction
            .on(SETTLED_BEFORE)
            .set("result_id", settlement.resultId())
            .set("incarnation", Values.bytes(settlement.claimId().incarnation()))
            .set("claim_number", settlement.claimId().number())
            .first(row ->
                new Place.Finished(
                    TaskStatus.valueOf(row.text("status")), row.integer("attempts")));
    return end == null ? new Settled.Stale() : new Settled.Applied(end);
  }

  private static @Nullable String workerOf(Transaction transaction, Settlement settlement)
      throws SQLException {
    return transaction
        .on(LIVING_WORKER)
        .set("incarnation", Values.bytes(settlement.claimId().incarnation()))
        .first(row -> row.text("worker_id"));
  }
}
