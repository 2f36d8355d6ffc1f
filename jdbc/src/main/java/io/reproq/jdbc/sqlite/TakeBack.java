package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Reclaimed;
import io.reproq.task.ClaimId;
import io.reproq.task.Failure;
import io.reproq.task.InvalidSpecException;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.Spec;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Takes back what a worker holds, and strikes it out.
final class TakeBack {
  private static final Query HELD_BY = SqliteStore.SQL.get("held_by");
  private static final Query WORKER_ID = SqliteStore.SQL.get("living_worker");
  private static final Query DELETE_WORKER = SqliteStore.SQL.get("delete_worker");

  private final Transaction transaction;
  private final Places places;

  TakeBack(Transaction transaction) {
    this.transaction = transaction;
    this.places = new Places(transaction);
  }

  /// From a worker that leaves: its attempts do not count.
  void fromLeaving(UUID incarnation) throws SQLException {
    var workerId =
        transaction
            .on(WORKER_ID)
            .set("incarnation", Values.bytes(incarnation))
            .first(row -> row.text("worker_id"));
    for (var held : heldBy(incarnation)) {
      var back = Transitions.settled(held.attempt, new Outcome.GivenBack(), held.retry(), 0);
      move(new ClaimId(incarnation, held.claimNumber), held, back, List.of(), workerId);
    }
    strikeOut(incarnation);
  }

  /// From a dead worker: its attempts count, and each leaves an error.
  List<Reclaimed> fromDead(UUID incarnation, String workerId) throws SQLException {
    var all = new ArrayList<Reclaimed>();
    for (var held : heldBy(incarnation)) {
      var next = Transitions.reclaimed(held.attempt, held.retry(), held.isCancelRequested);
      var claim = new ClaimId(incarnation, held.claimNumber);
      var place = move(claim, held, next, List.of(Failure.LEASE_LOST), workerId);
      all.add(new Reclaimed(held.resultId, workerId, place));
    }
    strikeOut(incarnation);
    return all;
  }

  private Place move(
      ClaimId claim, Held held, Place next, List<Failure> failures, @Nullable String workerId)
      throws SQLException {
    var task = places.takeClaimed(held.resultId, claim);
    if (task == null) {
      throw new IllegalStateException("task " + held.resultId + " left its place meanwhile");
    }
    for (var failure : failures) {
      places.record(task, failure, workerId);
    }
    var place = held.isCancelRequested ? Transitions.underCancel(next) : next;
    var ending = Ending.PLAIN;
    if (held.isCancelRequested) {
      places.record(task, Failure.CANCELLED, workerId);
      ending = new Ending(null, Failure.CANCELLED.summary());
    } else if (place.status() == TaskStatus.FAILED) {
      ending = new Ending(null, Failure.LEASE_LOST.summary());
    }
    places.put(task, TaskStatus.RUNNING, place, ending);
    return place;
  }

  private List<Held> heldBy(UUID incarnation) throws SQLException {
    return transaction
        .on(HELD_BY)
        .set("incarnation", Values.bytes(incarnation))
        .list(row ->
            new Held(
                row.number("result_id"),
                row.number("claim_number"),
                row.integer("attempts"),
                row.text("spec_json"),
                row.number("cancel_requested") != 0));
  }

  private void strikeOut(UUID incarnation) throws SQLException {
    transaction.on(DELETE_WORKER).set("incarnation", Values.bytes(incarnation)).update();
  }

  private record Held(
      long resultId, long claimNumber, int attempt, String spec, boolean isCancelRequested) {
    /// The task's own policy; the default when its description cannot be read.
    RetryPolicy retry() {
      try {
        return Spec.stored(spec).retry();
      } catch (InvalidSpecException e) {
        return RetryPolicy.DEFAULT;
      }
    }
  }
}
