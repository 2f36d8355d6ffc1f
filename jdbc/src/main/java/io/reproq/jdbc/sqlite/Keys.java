package io.reproq.jdbc.sqlite;

import io.reproq.jdbc.PreparedQuery;
import io.reproq.jdbc.Queries;
import io.reproq.jdbc.Query;
import io.reproq.task.Limits;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who holds which key, and who waits for it, within one transaction.
///
/// Whoever waits comes back to ready in the order of ranks, as many as there is room for, and
/// nothing is kept for him there: he may never be claimed. Who finds a better one waiting waits
/// behind him.
final class Keys {
  static final Queries SQL = Queries.of(Keys.class, "keys.sql");

  private static final Query LIMITS = SQL.get("limits");
  private static final Query HOLDERS = SQL.get("holders");
  private static final Query FIRST_PARKED = SQL.get("first_parked");
  private static final Query HOLD = SQL.get("hold");
  private static final Query HELD_AMONG = SQL.get("held_among");
  private static final Query LET_GO = SQL.get("let_go");
  private static final Query FORGET_EXPIRIES = SQL.get("forget_expiries");
  private static final Query UNPARK_INSERT = SqliteStore.SQL.get("unpark_insert");
  private static final Query UNPARK_DELETE = SqliteStore.SQL.get("unpark_delete");

  private final Transaction transaction;

  Keys(Transaction transaction) {
    this.transaction = transaction;
  }

  /// Gives a task all its keys, or none.
  ///
  /// @return the first one that it cannot have now, null when it holds all it needs
  @Nullable String take(long resultId, long rank, Limits limits) throws SQLException {
    var keys = limits.keys();
    for (var key : keys) {
      var head = head(key.name());
      if (holders(key.name()) >= key.limit() || (head != null && head.isBefore(rank, resultId))) {
        return key.name();
      }
    }
    for (var key : keys) {
      transaction.on(HOLD).set("key", key.name()).set("result_id", resultId).update();
    }
    return null;
  }

  /// Takes their keys from tasks whose attempts have ended.
  void free(Collection<Long> resultIds) throws SQLException {
    var ids = Values.ids(resultIds);
    var freed = transaction.on(HELD_AMONG).set("ids", ids).list(row -> row.text("key"));
    if (!freed.isEmpty()) {
      transaction.on(LET_GO).set("ids", ids).update();
    }
    for (var key : freed) {
      share(key);
    }
  }

  /// Lets others have what a task was ready for that has left without an attempt.
  void pass(long resultId) throws SQLException {
    var limits = transaction.on(LIMITS).set("result_id", resultId).first(Keys::limits);
    if (limits != null) {
      for (var key : limits.keys()) {
        share(key.name());
      }
    }
  }

  /// Promotes who waits for a key, as far as there is room.
  void share(String key) throws SQLException {
    var holders = holders(key);
    var head = head(key);
    while (head != null && holders < head.limit()) {
      var ids = Values.ids(List.of(head.resultId()));
      transaction.on(UNPARK_INSERT).set("ids", ids).update();
      transaction.on(UNPARK_DELETE).set("ids", ids).update();
      transaction.bringWork();
      holders++;
      head = head(key);
    }
  }

  /// Forgets when tasks that are over would expire.
  void forgetExpiries(Collection<Long> resultIds) throws SQLException {
    transaction.on(FORGET_EXPIRIES).set("ids", Values.ids(resultIds)).update();
  }

  static Limits limits(PreparedQuery.Row row) throws SQLException {
    return new Limits(
        row.textOrNull("lock_key"),
        row.textOrNull("concurrency_key"),
        row.integer("concurrency_limit"));
  }

  private long holders(String key) throws SQLException {
    var holders = transaction.on(HOLDERS).set("key", key).number("holders");
    return holders == null ? 0 : holders;
  }

  private @Nullable Head head(String key) throws SQLException {
    return transaction.on(FIRST_PARKED).set("key", key).first(row -> Head.read(row, key));
  }

  /// The first of those who wait for a key, and how many may hold it beside each other as he has
  /// it.
  private record Head(long resultId, long rank, int limit) {
    static Head read(PreparedQuery.Row row, String name) throws SQLException {
      var limit =
          limits(row).keys().stream()
              .filter(key -> key.name().equals(name))
              .mapToInt(Limits.Key::limit)
              .findFirst()
              .orElse(1);
      return new Head(row.number("result_id"), row.number("rank"), limit);
    }

    boolean isBefore(long otherRank, long otherId) {
      return rank == otherRank ? resultId < otherId : rank < otherRank;
    }
  }
}
