package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.postgres.Attempts.Held;
import io.reproq.retry.RetryPolicy;
import io.reproq.store.Reclaimed;
import io.reproq.task.Failure;
import io.reproq.task.Outcome;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Takes back what a worker holds that is marked dead, and strikes it out once it holds nothing.
final class TakeBack {
  private static final Query LOCK_HELD = PostgresStore.SQL.get("lock_held");
  private static final Query LOCK_DEAD = Workers.SQL.get("lock_dead");
  private static final Query MARK_LEAVING = Workers.SQL.get("mark_leaving");
  private static final Query STRIKE_OUT = Workers.SQL.get("strike_out");

  private final UUID incarnation;

  TakeBack(UUID incarnation) {
    this.incarnation = incarnation;
  }

  /// From a worker that leaves: its attempts do not count. What is being settled meanwhile is left
  /// to that, and the worker's row to whoever reclaims next.
  boolean fromLeaving(Transaction transaction) throws SQLException {
    transaction.begin();
    transaction.on(MARK_LEAVING).set("incarnation", incarnation).update();
    move(transaction, false);
    return strikeOut(transaction);
  }

  /// From a dead worker: its attempts count, and each leaves an error.
  List<Reclaimed> fromDead(Transaction transaction) throws SQLException {
    transaction.begin();
    return move(transaction, true);
  }

  /// Strikes a dead worker out, and says whether it did. Waits for a claim that is under way and
  /// looks again, so that no task stays with a worker that is gone.
  boolean strikeOutDead(Transaction transaction) throws SQLException {
    transaction.begin();
    transaction.on(LOCK_DEAD).set("incarnation", incarnation).list(row -> row.text("worker_id"));
    return strikeOut(transaction);
  }

  private boolean strikeOut(Transaction transaction) throws SQLException {
    return transaction.on(STRIKE_OUT).set("incarnation", incarnation).update() == 1;
  }

  private List<Reclaimed> move(Transaction transaction, boolean isDead) throws SQLException {
    var attempts = new Attempts(transaction);
    var all =
        transaction
            .on(LOCK_HELD)
            .set("incarnation", incarnation)
            .list(row -> new Lost(Held.read(row), row.numberOrNull("max_attempts")));
    var requested = attempts.requested(all.stream().map(Lost::resultId).toList());
    var book = new Attempts.Book();
    var reclaimed = new ArrayList<Reclaimed>();
    for (var lost : all) {
      var held = lost.held;
      if (isDead) {
        book.errors.add(new Attempts.Trouble(held, Failure.LEASE_LOST));
      }
      var isWanted = requested.contains(lost.resultId());
      var place = isDead ? lost.reclaimed(isWanted) : lost.givenBack(isWanted);
      var lastError = place.status() == TaskStatus.FAILED ? Failure.LEASE_LOST.summary() : null;
      if (isWanted) {
        book.errors.add(new Attempts.Trouble(held, Failure.CANCELLED));
        lastError = Failure.CANCELLED.summary();
      }
      book.ends.add(new Attempts.End(held.key(), place, false, null, lastError));
      reclaimed.add(new Reclaimed(lost.resultId(), held.workerId(), place));
    }
    attempts.end(book.ends);
    attempts.record(book.errors);
    return reclaimed;
  }

  /// @param maxAttempts null when the task's description is missing
  private record Lost(Held held, @Nullable Long maxAttempts) {
    long resultId() {
      return held.key().resultId();
    }

    Place reclaimed(boolean isWanted) {
      return Transitions.reclaimed(held.attempt(), retry(), isWanted);
    }

    Place givenBack(boolean isWanted) {
      var back = Transitions.settled(held.attempt(), new Outcome.GivenBack(), retry(), 0);
      return isWanted ? Transitions.underCancel(back) : back;
    }

    private RetryPolicy retry() {
      return maxAttempts == null
          ? RetryPolicy.DEFAULT
          : RetryPolicy.DEFAULT.withMaxAttempts(Math.toIntExact(maxAttempts));
    }
  }
}
