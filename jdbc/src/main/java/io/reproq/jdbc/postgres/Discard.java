package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.store.Discarded;
import java.sql.SQLException;
import java.util.List;

/// Gives failed tasks up.
final class Discard implements Transaction.Verb<List<Discarded>> {
  private static final Query DISCARD = Retry.SQL.get("discard");

  private final List<Long> resultIds;

  Discard(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<Discarded> in(Transaction transaction) throws SQLException {
    var query = transaction.onNow(DISCARD);
    new Columns<>(query, resultIds).longs("ids", id -> id);
    return query.list(row -> row.flag("is_discarded") ? Discarded.CANCELLED : Discarded.NOT_FAILED);
  }
}
