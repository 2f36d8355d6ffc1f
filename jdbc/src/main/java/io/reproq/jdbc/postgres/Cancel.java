package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.CancelAnswer;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Stops tasks, or asks for it: the wish is stored first, and the places are looked at after.
final class Cancel implements Transaction.Verb<List<CancelAnswer>> {
  private static final Query REQUEST_CANCEL = PostgresStore.SQL.get("request_cancel");
  private static final Query CANCEL_BLOCKED = PostgresStore.SQL.get("cancel_blocked");
  private static final Query CANCEL_WAITING = PostgresStore.SQL.get("cancel_waiting");
  private static final Query RUNNING_AMONG = PostgresStore.SQL.get("running_among");
  private static final Query UNFINISHED_AMONG = PostgresStore.SQL.get("unfinished_among");
  private static final Query FORGET_REQUESTS = PostgresStore.SQL.get("forget_requests");

  /// A task that moves between two looks is met by the next round.
  private static final int ROUNDS = 3;

  private final List<Long> resultIds;

  Cancel(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<CancelAnswer> in(Transaction transaction) throws SQLException {
    var answers = new HashMap<Long, CancelAnswer>();
    var open = new HashSet<>(resultIds);
    transaction.begin();
    Columns.ids(transaction.onNow(REQUEST_CANCEL), open).update();
    for (var round = 0; round < ROUNDS && !open.isEmpty(); round++) {
      var cancelled = ids(Columns.ids(transaction.onNow(CANCEL_BLOCKED), open));
      var waiting = Columns.ids(transaction.onNow(CANCEL_WAITING), open);
      cancelled.addAll(
          ids(new Columns<>(waiting, List.copyOf(cancelled)).longs("ended", id -> id).query()));
      answer(answers, open, cancelled, CancelAnswer.CANCELLED);
      answer(answers, open, look(transaction, RUNNING_AMONG, open), CancelAnswer.REQUESTED);
      var moving = look(transaction, UNFINISHED_AMONG, open);
      var over = new HashSet<>(open);
      over.removeAll(moving);
      if (!over.isEmpty()) {
        Columns.ids(transaction.on(FORGET_REQUESTS), over).update();
        answer(answers, open, over, CancelAnswer.NOT_ACTIVE);
      }
    }
    // The request of one that kept moving stands: whoever claims it next ends it.
    return resultIds.stream().map(id -> answers.getOrDefault(id, CancelAnswer.REQUESTED)).toList();
  }

  private static Set<Long> look(Transaction transaction, Query query, Collection<Long> among)
      throws SQLException {
    return among.isEmpty() ? Set.of() : ids(Columns.ids(transaction.on(query), among));
  }

  private static Set<Long> ids(PreparedQuery query) throws SQLException {
    return new HashSet<>(query.list(row -> row.number("result_id")));
  }

  private static void answer(
      Map<Long, CancelAnswer> answers, Set<Long> open, Set<Long> found, CancelAnswer answer) {
    found.forEach(id -> answers.put(id, answer));
    open.removeAll(found);
  }
}
