package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.Promoted;
import io.reproq.task.Event;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Moves deferred tasks that are due to ready.
final class Promote implements Transaction.Verb<Promoted> {
  private static final Query DUE = SqliteStore.SQL.get("due");
  private static final Query PROMOTE_INSERT = SqliteStore.SQL.get("promote_insert");
  private static final Query PROMOTE_DELETE = SqliteStore.SQL.get("promote_delete");
  private static final Query LOOK = SqliteStore.READ.get("look");
  private static final Query NEXT_DUE = SqliteStore.SQL.get("next_due");

  private final int limit;
  private final Sweep sweep;

  Promote(int limit, Sweep sweep) {
    this.limit = limit;
    this.sweep = sweep;
  }

  @Override
  public Promoted in(Transaction transaction) throws SQLException {
    sweep.in(transaction);
    var ready = new ArrayList<Long>();
    var places = new Places(transaction);
    var due =
        transaction
            .on(DUE)
            .set("now", transaction.micros())
            .set("limit", limit)
            .list(row -> new Due(row.number("result_id"), row.number("cancel_requested") != 0));
    for (var task : due) {
      if (task.isCancelRequested()) {
        cancel(places, task.resultId());
      } else {
        ready.add(task.resultId());
      }
    }
    if (!ready.isEmpty()) {
      var ids = Values.ids(ready);
      transaction.on(PROMOTE_INSERT).set("ids", ids).update();
      transaction.on(PROMOTE_DELETE).set("ids", ids).update();
      transaction.bringWork();
    }
    var next = transaction.on(NEXT_DUE).number("run_after");
    return new Promoted(ready.size(), until(next, transaction.now()));
  }

  /// How long it is from `now` to `runAfter`; zero when that is over.
  static @Nullable Duration until(@Nullable Long runAfter, Instant now) {
    if (runAfter == null) {
      return null;
    }
    var span = Duration.between(now, Micros.time(runAfter));
    return span.isNegative() ? Duration.ZERO : span;
  }

  /// Looks whether there is anything to do at `now`.
  static Look look(Readers.Source source, Instant now) throws SQLException {
    var look =
        source
            .on(LOOK)
            .set("now", Micros.of(now))
            .first(
                row -> new Look(until(row.numberOrNull("run_after"), now), row.flag("has_mess")));
    return Objects.requireNonNull(look);
  }

  /// What there is to do.
  ///
  /// @param delay how long until the next deferred task is due, null when none is deferred
  /// @param hasMess whether a task is expired, or parked under a key
  record Look(@Nullable Duration delay, boolean hasMess) {
    boolean isDue() {
      return hasMess || (delay != null && delay.isZero());
    }
  }

  private static void cancel(Places places, long resultId) throws SQLException {
    var task = places.takeBlocked(resultId);
    if (task != null) {
      var from = new Place.Deferred(task.attempts(), Duration.ZERO);
      places.put(
          task,
          TaskStatus.READY,
          Transitions.after(from, new Event.Cancel()).orElseThrow(),
          Ending.PLAIN);
    }
  }

  private record Due(long resultId, boolean isCancelRequested) {}
}
