package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Moves deferred tasks that are due to ready, in one statement.
final class Promote implements Transaction.Verb<Promote.Moved> {
  static final Queries SQL = Queries.of(Promote.class, "promote.sql");

  private static final Query PROMOTE = SQL.get("promote");
  private static final Query NEXT_DUE = PostgresStore.READ.get("next_due");
  private static final Moved NONE = new Moved(0, List.of());

  private final int limit;

  Promote(int limit) {
    this.limit = limit;
  }

  @Override
  public Moved in(Transaction transaction) throws SQLException {
    var found =
        transaction
            .onNow(PROMOTE)
            .set("limit", limit)
            .first(row -> new Moved(row.integer("promoted"), row.numbers("doomed")));
    var moved = found == null ? NONE : found;
    if (moved.promoted > 0) {
      transaction.bringWork();
    }
    return moved;
  }

  /// How long it is until the next deferred task is due, zero when that is over, null when there is
  /// none.
  static @Nullable Duration nextDue(Transaction transaction) throws SQLException {
    var wait = transaction.onNow(NEXT_DUE).number("wait");
    return wait == null ? null : Times.span(Math.max(0, wait));
  }

  /// What a promotion did.
  ///
  /// @param doomed tasks that stayed because somebody wants them stopped
  record Moved(int promoted, List<Long> doomed) {}
}
