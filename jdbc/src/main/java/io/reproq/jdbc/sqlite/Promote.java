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
import org.jspecify.annotations.Nullable;

/// Moves deferred tasks that are due to ready.
final class Promote implements Transaction.Verb<Promoted> {
  private static final Query DUE = SqliteStore.SQL.get("due");
  private static final Query PROMOTE_INSERT = SqliteStore.SQL.get("promote_insert");
  private static final Query PROMOTE_DELETE = SqliteStore.SQL.get("promote_delete");
  private static final Query NEXT_DUE = SqliteStore.SQL.get("next_due");

  private final int limit;

  Promote(int limit) {
    this.limit = limit;
  }

  @Override
  public Promoted in(Transaction transaction) throws SQLException {
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
