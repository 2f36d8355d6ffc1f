package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.store.Retried;
import java.sql.SQLException;
import java.util.List;

/// Gives failed tasks all their attempts again.
final class Retry implements Transaction.Verb<List<Retried>> {
  static final Queries SQL = Queries.of(Retry.class, "triage.sql");

  private static final Query RETRY = SQL.get("retry");

  private final List<Long> resultIds;

  Retry(List<Long> resultIds) {
    this.resultIds = List.copyOf(resultIds);
  }

  @Override
  public List<Retried> in(Transaction transaction) throws SQLException {
    var query = transaction.onNow(RETRY);
    new Columns<>(query, resultIds).longs("ids", id -> id);
    var answers = query.list(Retry::answer);
    if (answers.stream().anyMatch(Retried.Ready.class::isInstance)) {
      transaction.bringWork();
    }
    return answers;
  }

  private static Retried answer(PreparedQuery.Row row) throws SQLException {
    return switch (row.text("answer")) {
      case "READY" -> new Retried.Ready();
      case "WAITING" -> new Retried.Waiting();
      case "BLOCKED" -> new Retried.Blocked(row.number("twin_id"));
      case "TWIN_ACTIVE" -> new Retried.TwinActive(row.number("twin_id"));
      default -> new Retried.NotFailed();
    };
  }
}
