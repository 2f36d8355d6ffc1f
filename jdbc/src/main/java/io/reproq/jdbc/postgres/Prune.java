package io.reproq.jdbc.postgres;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Query;
import io.reproq.store.Pruned;
import io.reproq.store.Pruning;
import io.reproq.store.StoreException;
import java.sql.SQLException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes finished tasks that are old enough: whole partitions first when that is wanted, then
/// single tasks.
final class Prune {
  private static final Logger LOG = LoggerFactory.getLogger(Prune.class);

  private static final Query FLOORS = Upkeep.SQL.get("floors");
  private static final Query RANGES = Upkeep.SQL.get("ranges");
  private static final Query DROP_PARTITION = Upkeep.SQL.get("drop_partition");
  private static final Query PRUNE = Upkeep.SQL.get("prune");

  private final Runner runner;

  Prune(Runner runner) {
    this.runner = runner;
  }

  Pruned prune(Pruning pruning) {
    var dropsAll = pruning.keep() == 0 && !pruning.expiredOnly();
    var dropped = pruning.way() == Pruning.Way.DROP && dropsAll ? drop(pruning) : 0;
    var floors = floors(pruning.keep());
    var deleted = runner.run("prune", transaction -> delete(transaction, pruning, floors));
    return new Pruned(dropped + deleted.count(), deleted.lastId(), deleted.isDone());
  }

  /// Drops each partition in a transaction of its own: what was done stays done.
  private long drop(Pruning pruning) {
    var lows =
        runner.run("look at the partitions of", t -> t.on(RANGES).list(row -> row.number("low")));
    var count = 0L;
    for (var low : lows) {
      try {
        count += runner.run("drop a partition of", transaction -> drop(transaction, pruning, low));
      } catch (StoreException e) {
        if (!e.isTransient()) {
          throw e;
        }
        LOG.info("the partition from {} on stays for now: {}", low, e.getMessage());
      }
    }
    return count;
  }

  private static long drop(Transaction transaction, Pruning pruning, long low) throws SQLException {
    transaction.beginChange();
    var query = transaction.onNow(DROP_PARTITION).set("low", low);
    return Objects.requireNonNullElse(which(query, pruning).number("dropped"), 0L);
  }

  private Floors floors(long keep) {
    if (keep == 0) {
      return Floors.NONE;
    }
    return runner.run(
        "look for what to keep in",
        transaction ->
            Objects.requireNonNull(transaction.on(FLOORS).set("keep", keep).first(Floors::read)));
  }

  private static Pruned delete(Transaction transaction, Pruning pruning, Floors floors)
      throws SQLException {
    var query =
        transaction
            .onNow(PRUNE)
            .set("successful_below", floors.successful)
            .set("failed_below", floors.failed)
            .set("cancelled_below", floors.cancelled)
            .set("expired_only", pruning.expiredOnly())
            .set("after_id", pruning.afterId())
            .set("limit", pruning.limit())
            .set("is_trial", pruning.way() == Pruning.Way.COUNT);
    return Objects.requireNonNull(
        which(query, pruning)
            .first(row -> {
              var lastId = row.numberOrNull("last_id");
              var count = row.number("pruned");
              return new Pruned(
                  count, lastId == null ? pruning.afterId() : lastId, count < pruning.limit());
            }));
  }

  private static PreparedQuery which(PreparedQuery query, Pruning pruning) throws SQLException {
    return query
        .set("age", Times.micros(pruning.age()))
        .setArray("statuses", "text", pruning.statuses().stream().map(Enum::name).toArray());
  }

  /// Only tasks below these ids go.
  private record Floors(long successful, long failed, long cancelled) {
    static final Floors NONE = new Floors(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    /// Where all are kept the row has null, which reads as 0: nothing lies below.
    static Floors read(PreparedQuery.Row row) throws SQLException {
      return new Floors(row.number("successful"), row.number("failed"), row.number("cancelled"));
    }
  }
}
