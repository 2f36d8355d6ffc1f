package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/// Moves back to ready what is parked under keys and finds room, and says how many tasks that were.
/// A transaction of its own: it has to see what others have committed while the keys were freed.
final class PassKeys implements Transaction.Verb<Long> {
  static final Queries SQL = Queries.of(PassKeys.class, "keys.sql");

  private static final Query PASS_KEYS = SQL.get("pass_keys");

  private final List<String> keys;

  PassKeys(Collection<String> keys) {
    this.keys = List.copyOf(keys);
  }

  @Override
  public Long in(Transaction transaction) throws SQLException {
    var query = new Columns<>(transaction.on(PASS_KEYS), keys).texts("keys", key -> key).query();
    var promoted = query.number("promoted");
    if (promoted == null || promoted == 0) {
      return 0L;
    }
    transaction.bringWork();
    return promoted;
  }
}
