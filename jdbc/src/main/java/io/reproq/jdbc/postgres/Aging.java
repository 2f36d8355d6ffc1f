package io.reproq.jdbc.postgres;

import io.reproq.jdbc.Query;
import io.reproq.task.Rank;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The order of the queues, one for the whole database.
///
/// A store that is opened with an order sets it for everybody; one that is opened with none takes
/// what it finds.
final class Aging implements Transaction.Verb<Boolean> {
  private static final Logger LOG = LoggerFactory.getLogger(Aging.class);

  private static final Query AGING = Upkeep.SQL.get("aging");
  private static final Query SET_AGING = Upkeep.SQL.get("set_aging");
  private static final List<Query> RERANK =
      List.of(
          Upkeep.SQL.get("rerank_ready"),
          Upkeep.SQL.get("rerank_deferred"),
          Upkeep.SQL.get("rerank_parked"),
          Upkeep.SQL.get("rerank_waiting"));

  private final @Nullable Rank wanted;

  Aging(@Nullable Rank wanted) {
    this.wanted = wanted;
  }

  /// Whether the order was changed.
  @Override
  public Boolean in(Transaction transaction) throws SQLException {
    if (wanted == null) {
      return false;
    }
    var found = transaction.on(AGING).number("aging_ms");
    var millis = wanted.aging().toMillis();
    if (found != null && found == millis) {
      return false;
    }
    transaction.begin();
    transaction.on(SET_AGING).set("aging_ms", millis).update();
    for (var rerank : RERANK) {
      transaction.on(rerank).set("aging_ms", millis).update();
    }
    LOG.info("one step of priority is worth {} ms of waiting from now on, was {}", millis, found);
    return true;
  }
}
