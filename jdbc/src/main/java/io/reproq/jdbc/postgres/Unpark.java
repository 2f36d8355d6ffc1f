package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.jdbc.postgres.Claim.OwnKey;
import io.reproq.store.ClaimRequest.Quota;
import java.sql.SQLException;
import java.util.List;

/// Moves parked tasks of some keys back to ready, in one statement.
final class Unpark implements Transaction.Verb<Integer> {
  private static final Query UNPARK = Promote.SQL.get("unpark");

  private final List<Quota> quotas;
  private final List<OwnKey> keys;

  Unpark(List<Quota> quotas, List<OwnKey> keys) {
    this.quotas = quotas;
    this.keys = keys;
  }

  @Override
  public Integer in(Transaction transaction) throws SQLException {
    var query = transaction.on(UNPARK);
    new Columns<>(query, quotas).texts("queues", Quota::queue).integers("quotas", Quota::limit);
    return new Columns<>(query, keys)
        .texts("keys", OwnKey::key)
        .integers("rooms", OwnKey::room)
        .query()
        .update();
  }
}
