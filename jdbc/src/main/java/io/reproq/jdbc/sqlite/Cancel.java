package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.Query;
import io.reproq.store.CancelAnswer;
import io.reproq.task.Event;
import io.reproq.task.Place;
import io.reproq.task.TaskStatus;
import io.reproq.task.Transitions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Stops tasks, or asks for it.
final class Cancel implements Transaction.Verb<List<CancelAnswer>> {
  private static final Query REQUEST_CANCEL = SqliteStore.SQL.get("request_cancel");

  private final List<Long> resultIds;

  Cancel(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<CancelAnswer> in(Transaction transaction) throws SQLException {
    var places = new Places(transaction);
    var answers = new ArrayList<CancelAnswer>(resultIds.size());
    for (var id : resultIds) {
      answers.add(cancel(transaction, places, id));
    }
    return answers;
  }

  private static CancelAnswer cancel(Transaction transaction, Places places, long id)
      throws SQLException {
    var blocked = places.takeBlocked(id);
    if (blocked != null) {
      end(places, blocked, new Place.Ready(blocked.attempts()));
      return CancelAnswer.CANCELLED;
    }
    var waiting = places.takeWaiting(id);
    if (waiting != null) {
      end(places, waiting, new Place.Waiting(1));
      return CancelAnswer.CANCELLED;
    }
    var requests =
        transaction
            .on(REQUEST_CANCEL)
            .set("result_id", id)
            .set("now", transaction.micros())
            .update();
    return requests == 1 ? CancelAnswer.REQUESTED : CancelAnswer.NOT_ACTIVE;
  }

  /// Ready, deferred and parked tasks end alike.
  private static void end(Places places, PlacedTask task, Place from) throws SQLException {
    var end =
        Transitions.after(from, new Event.Cancel())
            .orElse(new Place.Finished(TaskStatus.CANCELLED, task.attempts()));
    places.put(task, from.status(), end, Ending.PLAIN);
  }
}
